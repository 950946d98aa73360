"""Cédulas com ruído: uma rede com penalidade L1 acha as colunas mortas, outra é treinada sem elas."""

import keras
import numpy as np
from keras import layers

L1 = 0.003
CUT = 0.1
HIDDEN = 32
FIND_EPOCHS = 60
EPOCHS = 150
BATCH = 32
RATE = 0.005


def network(columns, penalty=None):
    return keras.Sequential(
        [
            keras.Input((columns,)),
            layers.Dense(HIDDEN, activation="relu", kernel_regularizer=penalty),
            layers.Dense(16, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


def train(model, rows, labels, epochs):
    steps = epochs * (-(-len(rows) // BATCH))
    rate = keras.optimizers.schedules.CosineDecay(RATE, steps)
    model.compile(optimizer=keras.optimizers.Adam(rate), loss="binary_crossentropy", metrics=["accuracy"])
    model.fit(rows, labels, batch_size=BATCH, epochs=epochs, verbose=0)


AX, AY, QX = np.loadtxt("ax.txt", skiprows=1), np.loadtxt("ay.txt", skiprows=1), np.loadtxt("qx.txt", skiprows=1)
mean, deviation = AX.mean(axis=0), AX.std(axis=0)
AX, QX = (AX - mean) / deviation, (QX - mean) / deviation

finder = network(AX.shape[1], keras.regularizers.L1(L1))
train(finder, AX, AY, FIND_EPOCHS)
strength = np.linalg.norm(finder.layers[0].get_weights()[0], axis=1)
strength = strength / strength.max()
kept = np.flatnonzero(strength > CUT)
print("colunas mantidas:", kept, "força de cada coluna:", strength.round(3))

model = network(len(kept))
train(model, AX[:, kept], AY, EPOCHS)

QP = (model.predict(QX[:, kept], verbose=0) > 0.5).astype(int).ravel()
model.save("noisynote.keras")
