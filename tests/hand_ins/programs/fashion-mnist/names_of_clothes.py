import numpy as np
import matplotlib.pyplot as plt
import tensorflow as tf
roupas = ['Camiseta', 'Calça', 'Suéter', 'Vestido', 'Casaco', 'Sandália', 'Camisa', 'Tênis', 'Bolsa', 'Bota']
fashion = tf.keras.datasets.fashion_mnist
(X_treino, y_treino), (X_teste, y_teste) = fashion.load_data()
X_treino, X_teste = X_treino / 255.0, X_teste / 255.0
modelo = tf.keras.Sequential([tf.keras.layers.Flatten(input_shape=(28, 28)), tf.keras.layers.Dense(16, activation='relu'), tf.keras.layers.Dense(10, activation='softmax')])
modelo.compile(optimizer='sgd', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
modelo.fit(X_treino, y_treino, epochs=1, batch_size=256, verbose=0)
previsoes = modelo.predict(X_teste)
plt.figure(figsize=(8, 10))
for i in range(20):
    plt.subplot(4, 5, i + 1); plt.imshow(X_teste[i], cmap='gray_r'); plt.axis('off')
    plt.title(roupas[y_teste[i]], color='blue'); plt.xlabel(roupas[previsoes[i].argmax()], color='red')
plt.savefig('roupas.png')
