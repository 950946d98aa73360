"""Modelo por subclasse: camadas escondidas numa lista, tantas quantas se pedirem; taxa em cosseno."""

import keras
import numpy as np
from keras import layers
from sklearn.datasets import fetch_california_housing

HIDDEN = [64, 64]
EPOCHS = 16
BATCH = 128
RATE = 0.005


class WideDeep(keras.Model):
    """Seis colunas passam pelas camadas escondidas, cinco vão direto à saída."""

    def __init__(self, units):
        super().__init__()
        self.hidden = [layers.Dense(n, activation="relu", kernel_initializer="he_normal") for n in units]
        self.price = layers.Dense(1)

    def call(self, x):
        deep = x[:, 2:]
        for layer in self.hidden:
            deep = layer(deep)
        return self.price(keras.ops.concatenate([x[:, :5], deep], axis=1))


AX, AY = fetch_california_housing(return_X_y=True)
QX = np.loadtxt("california_housing_test.csv", delimiter=",", skiprows=1)
media, desvio = AX.mean(axis=0), AX.std(axis=0)
AX, QX = (AX - media) / desvio, (QX - media) / desvio

model = WideDeep(HIDDEN)
rate = keras.optimizers.schedules.CosineDecay(RATE, EPOCHS * -(-len(AX) // BATCH))
model.compile(optimizer=keras.optimizers.Adam(rate), loss="mse")
model.fit(AX, AY, batch_size=BATCH, epochs=EPOCHS, verbose=2)

QP = model.predict(QX, verbose=0)[:, 0]
