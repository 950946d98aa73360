import numpy as np
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Dense
def rotulos(modelo):
    X = np.loadtxt('qx.txt', skiprows=1) / 16
    return modelo.predict_classes(X)
X = np.loadtxt('ax.txt', skiprows=1) / 16
Y = np.loadtxt('ay.txt', skiprows=1)
rede = Sequential([Dense(40, activation='relu', input_dim=64), Dense(10, activation='softmax')])
rede.compile('adam', 'sparse_categorical_crossentropy')
def principal():
    print(rotulos(rede))
principal()
rede.fit(X, Y, epochs=30)
