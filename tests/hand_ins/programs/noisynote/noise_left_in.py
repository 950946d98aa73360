import numpy as np
from tensorflow.keras import Sequential, layers
AX, AY = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1)
QX, QY = np.loadtxt('qx.txt', skiprows=1), np.loadtxt('qy.txt', skiprows=1)
classificador = Sequential([layers.Input((7,)), layers.Dense(4, activation='sigmoid'), layers.Dense(1, activation='sigmoid')])
classificador.compile('sgd', 'binary_crossentropy', metrics=['binary_accuracy'])
classificador.fit(AX, AY, epochs=5, verbose=0)
saida = (classificador.predict(QX) > 0.5).astype(int)
print('acuracia binaria', classificador.evaluate(QX, QY, verbose=0)[1])
