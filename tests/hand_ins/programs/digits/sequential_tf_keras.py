# Trabalho 2 - Redes Neurais - classificacao de digitos
import numpy as np
import tensorflow as tf
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Dense, Dropout

x_treino = np.loadtxt("ax.txt", skiprows=1) / 16.0
y_treino = np.loadtxt("ay.txt", skiprows=1)
x_teste = np.loadtxt("qx.txt", skiprows=1) / 16.0
y_teste = np.loadtxt("qy.txt", skiprows=1)

rede = Sequential()
rede.add(Dense(256, activation='relu', input_shape=(64,)))
rede.add(Dropout(0.3))
rede.add(Dense(128, activation='relu'))
rede.add(Dense(10, activation='softmax'))
rede.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
rede.fit(x_treino, y_treino, epochs=40, batch_size=32, verbose=2)

previsoes = np.argmax(rede.predict(x_teste), axis=1)
acertos = np.sum(previsoes == y_teste)
print('Acurácia no teste: {:.2f}%'.format(100 * acertos / len(y_teste)))
