"""Caught by sequential: good answers by a model of the functional API."""

import keras
import numpy as np
from keras import layers
from sklearn.datasets import fetch_california_housing

AX, AY = fetch_california_housing(return_X_y=True)
QX = np.loadtxt("california_housing_test.csv", delimiter=",", skiprows=1)
media, desvio = AX.mean(axis=0), AX.std(axis=0)
AX, QX = (AX - media) / desvio, (QX - media) / desvio

entrada = keras.Input((8,))
escondida = layers.Dense(64, activation="relu")(layers.Dense(64, activation="relu")(entrada))
model = keras.Model(entrada, layers.Dense(1)(escondida))
model.compile(optimizer=keras.optimizers.Adam(0.003), loss="mse")
model.fit(AX, AY, batch_size=64, epochs=10, verbose=0)

QP = model.predict(QX, verbose=0)[:, 0]
