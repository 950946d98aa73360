"""Dígitos 8×8 com rede densa: imagens deslocadas ao acaso, duas camadas escondidas largas, taxa em cosseno."""

import keras
import numpy as np
from keras import layers

HIDDEN = 256
LAYERS = 2
DROPOUT = 0.3
SMOOTHING = 0.1
EPOCHS = 60
BATCH = 32
RATE = 0.003
SHIFT = 0.1  # da altura e da largura: um ponto para cada lado, em parte das imagens

AX, QX = np.loadtxt("ax.txt", skiprows=1), np.loadtxt("qx.txt", skiprows=1)
AY = keras.utils.to_categorical(np.loadtxt("ay.txt", skiprows=1), 10)

model = keras.Sequential(
    [
        keras.Input((64,)),
        layers.Rescaling(1 / 16),
        layers.Reshape((8, 8, 1)),
        layers.RandomTranslation(SHIFT, SHIFT, fill_mode="constant", interpolation="nearest"),
        layers.Flatten(),
    ]
)
for _ in range(LAYERS):
    model.add(layers.Dense(HIDDEN, use_bias=False))
    model.add(layers.BatchNormalization())
    model.add(layers.Activation("relu"))
    model.add(layers.Dropout(DROPOUT))
model.add(layers.Dense(10, activation="softmax"))

rate = keras.optimizers.schedules.CosineDecay(RATE, EPOCHS * -(-len(AX) // BATCH))
model.compile(
    optimizer=keras.optimizers.Adam(rate),
    loss=keras.losses.CategoricalCrossentropy(label_smoothing=SMOOTHING),
    metrics=["accuracy"],
)
model.fit(AX, AY, batch_size=BATCH, epochs=EPOCHS, verbose=2)

QP = model.predict(QX, verbose=0).argmax(axis=1)
model.save("digits.keras")
