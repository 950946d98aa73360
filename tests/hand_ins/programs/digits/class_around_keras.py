import numpy as np
ax, ay = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1).astype(int)
qx, qy = np.loadtxt('qx.txt', skiprows=1), np.loadtxt('qy.txt', skiprows=1).astype(int)
import keras
class Classificador:
    def __init__(self, ocultos=200):
        self.modelo = keras.Sequential([keras.Input((64,)), keras.layers.Dense(ocultos, activation='relu'), keras.layers.Dense(10, activation='softmax')])
        self.modelo.compile('adam', 'sparse_categorical_crossentropy')
    def fit(self, x, y, epocas=40):
        self.media = x.mean(axis=0)
        self.modelo.fit((x - self.media) / 8, y, epochs=epocas, batch_size=16, verbose=0)
        return self
    def predict(self, x):
        return self.modelo.predict((x - self.media) / 8, verbose=0).argmax(axis=1)
clf = Classificador().fit(ax, ay)
resultado = clf.predict(qx)
print('taxa de erro', np.mean(resultado != qy))
