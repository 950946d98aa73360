"""Caught by graph: a sequential model, which has one input and one output."""

import keras
import numpy as np
from keras import layers
from sklearn.datasets import fetch_california_housing

AX, AY = fetch_california_housing(return_X_y=True)
QX = np.loadtxt("california_housing_test.csv", delimiter=",", skiprows=1)
media, desvio = AX.mean(axis=0), AX.std(axis=0)
AX, QX = (AX - media) / desvio, (QX - media) / desvio

model = keras.Sequential([keras.Input((8,)), layers.Dense(64, activation="relu")])
model.add(layers.Dense(32, activation="relu"))
model.add(layers.Dense(1))
model.compile(optimizer=keras.optimizers.Adam(0.003), loss="mse")
model.fit(AX, AY, batch_size=128, epochs=5, verbose=0)

QP = model.predict(QX, verbose=0)[:, 0]
