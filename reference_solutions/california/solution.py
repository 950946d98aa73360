"""Preços de casas: duas camadas escondidas sobre colunas normalizadas por uma camada, taxa em cosseno."""

import keras
import numpy as np
from keras import layers
from sklearn.datasets import fetch_california_housing

HIDDEN = 64
LAYERS = 2
EPOCHS = 16
BATCH = 128
RATE = 0.005

AX, AY = fetch_california_housing(return_X_y=True)
QX = np.loadtxt("california_housing_test.csv", delimiter=",", skiprows=1)

same_scale = layers.Normalization()
same_scale.adapt(AX)
model = keras.Sequential([keras.Input((8,)), same_scale])
for _ in range(LAYERS):
    model.add(layers.Dense(HIDDEN, activation="relu", kernel_initializer="he_normal"))
model.add(layers.Dense(1))

rate = keras.optimizers.schedules.CosineDecay(RATE, EPOCHS * -(-len(AX) // BATCH))
model.compile(optimizer=keras.optimizers.Adam(rate), loss="mse")
model.fit(AX, AY, batch_size=BATCH, epochs=EPOCHS, verbose=2)

QP = model.predict(QX, verbose=0)[:, 0]
