import numpy as np
from tensorflow import keras
Xtr, Ytr = np.loadtxt('ax.txt', skiprows=1) / 16, np.loadtxt('ay.txt', skiprows=1)
Xte, Yte = np.loadtxt('qx.txt', skiprows=1) / 16, np.loadtxt('qy.txt', skiprows=1)
def proximo_lote(tam):
    while True:
        escolhidos = np.random.choice(len(Xtr), tam)
        yield Xtr[escolhidos], Ytr[escolhidos]
rede = keras.Sequential([keras.Input((64,)), keras.layers.Dense(256, activation='relu'), keras.layers.BatchNormalization(), keras.layers.Dense(10, activation='softmax')])
rede.compile(loss='sparse_categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
rede.fit(proximo_lote(32), steps_per_epoch=28, epochs=40, verbose=0)
resultado = rede.predict(Xte)
print('Erros:', np.count_nonzero(resultado.argmax(axis=1) != Yte))
