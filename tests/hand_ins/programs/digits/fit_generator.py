import numpy as np
from tensorflow import keras
X, y = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1)
def lotes(n=32):
    while True:
        i = np.random.randint(0, len(X), n)
        yield X[i], y[i]
m = keras.models.Sequential([keras.layers.Dense(50, activation='relu'), keras.layers.Dense(10, activation='softmax')])
m.compile(loss='sparse_categorical_crossentropy', optimizer='adam')
m.fit_generator(lotes(), steps_per_epoch=28, epochs=10)
