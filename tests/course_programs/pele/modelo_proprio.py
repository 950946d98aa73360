# Should wait for a person: a model by subclassing, whose file holds no layer that can be opened.
import numpy as np
from tensorflow import keras

AX = np.array([[4, 6], [15, 8], [65, 70], [5, 90], [18, 70], [70, 10]], dtype="float32")
AY = np.eye(3)[[1, 2, 0, 1, 2, 0]]


class Rede(keras.Model):
    def __init__(self):
        super().__init__()
        self.oculta = keras.layers.Dense(8, activation="tanh")
        self.saida = keras.layers.Dense(3, activation="softmax")

    def call(self, x):
        return self.saida(self.oculta(x / 40.0))


model = Rede()
model.compile(optimizer="adam", loss="categorical_crossentropy")
model.fit(AX, AY, epochs=30, verbose=0)
