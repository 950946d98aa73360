# Should wait for a person: a Lambda keeps code in the model's file, which is never loaded.
import numpy as np
from tensorflow import keras

AX = np.array([[4, 6], [15, 8], [65, 70], [5, 90], [18, 70], [70, 10]], dtype="float32")
AY = np.eye(3)[[1, 2, 0, 1, 2, 0]]
model = keras.Sequential(
    [
        keras.Input((2,)),
        keras.layers.Lambda(lambda x: (x - 30) / 40),
        keras.layers.Dense(8, activation="tanh"),
        keras.layers.Dense(3, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="categorical_crossentropy")
model.fit(AX, AY, epochs=30, verbose=0)
