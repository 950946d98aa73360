"""MNIST com rede densa: imagens deslocadas ao acaso, duas camadas de 512, taxa de aprendizado em cosseno."""

import keras
import numpy as np
from keras import layers

HIDDEN = 512
DROPOUT = 0.2
SMOOTHING = 0.1
EPOCHS = 14
BATCH = 128
RATE = 0.002
SHIFT = 2


class Shifted(keras.utils.PyDataset):
    """As imagens de treino, embaralhadas e deslocadas ao acaso em cada época."""

    def __init__(self, images, labels):
        super().__init__()
        self.labels = labels
        self.side = images.shape[1]
        self.padded = np.pad(images, ((0, 0), (SHIFT, SHIFT), (SHIFT, SHIFT)))
        # Sorteios próprios, semeados pelo gerador global: quem fixa a semente dele fixa tudo.
        self.random = np.random.default_rng(np.random.randint(2**31))
        self.order = self.random.permutation(len(labels))

    def __len__(self):
        return len(self.order) // BATCH

    def __getitem__(self, number):
        rows = self.order[number * BATCH : (number + 1) * BATCH]
        down, right = self.random.integers(0, 2 * SHIFT + 1, size=(2, BATCH, 1, 1))
        span = np.arange(self.side)
        images = self.padded[rows[:, None, None], down + span[:, None], right + span]
        return images, self.labels[rows]

    def on_epoch_end(self):
        self.order = self.random.permutation(len(self.labels))


(AX, AY), (QX, QY) = keras.datasets.mnist.load_data()
AY2 = keras.utils.to_categorical(AY, 10)

model = keras.Sequential([keras.Input(AX.shape[1:]), layers.Flatten(), layers.Rescaling(1 / 255)])
for _ in range(2):
    model.add(layers.Dense(HIDDEN, use_bias=False))
    model.add(layers.BatchNormalization())
    model.add(layers.Activation("relu"))
    model.add(layers.Dropout(DROPOUT))
model.add(layers.Dense(10, activation="softmax"))

training = Shifted(AX, AY2)
rate = keras.optimizers.schedules.CosineDecay(RATE, EPOCHS * len(training))
model.compile(
    optimizer=keras.optimizers.Adam(rate),
    loss=keras.losses.CategoricalCrossentropy(label_smoothing=SMOOTHING),
    metrics=["accuracy"],
)
model.fit(training, epochs=EPOCHS, verbose=2)

QP = model.predict(QX, verbose=0).argmax(axis=1)
model.save("mnist-dense.keras")
