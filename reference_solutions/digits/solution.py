"""Dígitos 8×8 com rede densa: imagens deslocadas ao acaso e uma camada escondida larga."""

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
SHIFT = 0.5


class Shifted(keras.utils.PyDataset):
    """As linhas de treino, embaralhadas; uma parte delas deslocada de um ponto em cada época."""

    def __init__(self, rows, labels):
        super().__init__()
        self.images = rows.reshape(-1, 8, 8)
        self.labels = labels
        self.random = np.random.default_rng(np.random.randint(2**31))
        self.order = self.random.permutation(len(labels))

    def __len__(self):
        return len(self.order) // BATCH

    def __getitem__(self, number):
        chosen = self.order[number * BATCH : (number + 1) * BATCH]
        images = np.pad(self.images[chosen], ((0, 0), (1, 1), (1, 1)))
        moved = self.random.random((2, BATCH, 1, 1)) < SHIFT
        down, right = np.where(moved, self.random.integers(0, 3, size=(2, BATCH, 1, 1)), 1)
        span = np.arange(8)
        images = images[np.arange(BATCH)[:, None, None], down + span[:, None], right + span]
        return images.reshape(BATCH, 64), self.labels[chosen]

    def on_epoch_end(self):
        self.order = self.random.permutation(len(self.labels))


AX, QX = np.loadtxt("ax.txt", skiprows=1), np.loadtxt("qx.txt", skiprows=1)
AY = keras.utils.to_categorical(np.loadtxt("ay.txt", skiprows=1), 10)

model = keras.Sequential([keras.Input((64,)), layers.Rescaling(1 / 16)])
for _ in range(LAYERS):
    model.add(layers.Dense(HIDDEN, use_bias=False))
    model.add(layers.BatchNormalization())
    model.add(layers.Activation("relu"))
    model.add(layers.Dropout(DROPOUT))
model.add(layers.Dense(10, activation="softmax"))

training = Shifted(AX, AY)
rate = keras.optimizers.schedules.CosineDecay(RATE, EPOCHS * len(training))
model.compile(
    optimizer=keras.optimizers.Adam(rate),
    loss=keras.losses.CategoricalCrossentropy(label_smoothing=SMOOTHING),
    metrics=["accuracy"],
)
model.fit(training, epochs=EPOCHS, verbose=2)

QP = model.predict(QX, verbose=0).argmax(axis=1)
model.save("digits.keras")
