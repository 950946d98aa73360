"""API funcional: entrada larga e entrada funda, saída principal e saída auxiliar, taxa em cosseno."""

import keras
import numpy as np
from keras import layers
from sklearn.datasets import fetch_california_housing

HIDDEN = 64
LAYERS = 2
EPOCHS = 16
BATCH = 128
RATE = 0.005
WEIGHTS = [0.9, 0.1]  # da saída principal e da auxiliar

AX, AY = fetch_california_housing(return_X_y=True)
QX = np.loadtxt("california_housing_test.csv", delimiter=",", skiprows=1)
media, desvio = AX.mean(axis=0), AX.std(axis=0)
AX, QX = (AX - media) / desvio, (QX - media) / desvio

wide, deep = keras.Input((5,)), keras.Input((6,))
hidden = deep
for _ in range(LAYERS):
    hidden = layers.Dense(HIDDEN, activation="relu", kernel_initializer="he_normal")(hidden)
main = layers.Dense(1, name="main")(layers.concatenate([wide, hidden]))
auxiliary = layers.Dense(1, name="auxiliary")(hidden)
model = keras.Model(inputs=[wide, deep], outputs=[main, auxiliary])

rate = keras.optimizers.schedules.CosineDecay(RATE, EPOCHS * -(-len(AX) // BATCH))
model.compile(optimizer=keras.optimizers.Adam(rate), loss=["mse", "mse"], loss_weights=WEIGHTS)
model.fit((AX[:, :5], AX[:, 2:]), (AY, AY), batch_size=BATCH, epochs=EPOCHS, verbose=2)

QP = model.predict((QX[:, :5], QX[:, 2:]), verbose=0)[0][:, 0]
