# Should wait for a person: a layer of the program's own among Keras' layers.
import numpy as np
from tensorflow import keras

AX = np.array([[4, 6], [15, 8], [65, 70], [5, 90], [18, 70], [70, 10]], dtype="float32")
AY = np.eye(3)[[1, 2, 0, 1, 2, 0]]


class Peso(keras.layers.Layer):
    def call(self, x):
        return x[:, :1] / 50.0


model = keras.Sequential([keras.Input((2,)), Peso(), keras.layers.Dense(3, activation="softmax")])
model.compile(optimizer="adam", loss="categorical_crossentropy")
model.fit(AX, AY, epochs=30, verbose=0)
