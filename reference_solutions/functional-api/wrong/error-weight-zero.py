"""Caught by error: the main output has weight zero and learns nothing."""

import keras
import numpy as np
from keras import layers
from sklearn.datasets import fetch_california_housing

AX, AY = fetch_california_housing(return_X_y=True)
QX = np.loadtxt("california_housing_test.csv", delimiter=",", skiprows=1)
media, desvio = AX.mean(axis=0), AX.std(axis=0)
AX, QX = (AX - media) / desvio, (QX - media) / desvio

larga, funda = keras.Input((5,)), keras.Input((6,))
escondida = layers.Dense(64, activation="relu")(layers.Dense(64, activation="relu")(funda))
principal = layers.Dense(1)(layers.concatenate([larga, escondida]))
model = keras.Model([larga, funda], [principal, layers.Dense(1)(escondida)])
model.compile(optimizer=keras.optimizers.Adam(0.003), loss=["mse", "mse"], loss_weights=[0, 1])
model.fit((AX[:, :5], AX[:, 2:]), (AY, AY), batch_size=128, epochs=3, verbose=0)

QP = model.predict((QX[:, :5], QX[:, 2:]), verbose=0)[0][:, 0]
