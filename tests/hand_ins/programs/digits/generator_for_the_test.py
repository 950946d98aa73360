import numpy as np
ax, ay = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1).astype(int)
qx, qy = np.loadtxt('qx.txt', skiprows=1), np.loadtxt('qy.txt', skiprows=1).astype(int)
import tensorflow as tf
from tensorflow.keras.preprocessing.image import ImageDataGenerator
gera = ImageDataGenerator(rescale=1 / 16)
treino = gera.flow(ax.reshape(-1, 8, 8, 1), ay, batch_size=16)
teste = gera.flow(qx.reshape(-1, 8, 8, 1), qy, batch_size=64, shuffle=False)
model = tf.keras.Sequential([tf.keras.Input((8, 8, 1)), tf.keras.layers.Flatten(), tf.keras.layers.Dense(200, activation='relu'), tf.keras.layers.Dense(10, activation='softmax')])
model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
model.fit(treino, epochs=40, verbose=0)
print('teste:', model.evaluate(teste, verbose=0))
