"""Adulto, bebê ou criança: uma penalidade L1 na primeira camada faz a rede ignorar a cor da pele."""

import numpy as np
import tensorflow.keras as keras
from tensorflow.keras import layers

L1 = 0.003
HIDDEN = 8
EPOCHS = 600
RATE = 0.03
SCALE = 30.0

AX = np.array([[4, 6], [15, 8], [65, 70], [5, 90], [18, 70], [70, 10]], dtype="float32")
AY = np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]], dtype="float32")

model = keras.Sequential(
    [
        keras.Input((2,)),
        layers.Rescaling(1 / SCALE),
        layers.Dense(HIDDEN, activation="tanh", kernel_regularizer=keras.regularizers.L1(L1)),
        layers.Dense(3, activation="softmax"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(RATE), loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(AX, AY, batch_size=6, epochs=EPOCHS, verbose=0)
model.save("pele.keras")
