"""MNIST com rede densa: imagens deslocadas ao acaso, duas camadas de 512, taxa de aprendizado em cosseno."""

import keras
from keras import layers

HIDDEN = 512
DROPOUT = 0.2
SMOOTHING = 0.1
EPOCHS = 14
BATCH = 128
RATE = 0.002
SHIFT = 2.5 / 28  # até dois pontos para cada lado

(AX, AY), (QX, QY) = keras.datasets.mnist.load_data()
AY2 = keras.utils.to_categorical(AY, 10)

model = keras.Sequential(
    [
        keras.Input(AX.shape[1:]),
        layers.Rescaling(1 / 255),
        layers.Reshape((28, 28, 1)),
        layers.RandomTranslation(SHIFT, SHIFT, fill_mode="constant", interpolation="nearest"),
        layers.Flatten(),
    ]
)
for _ in range(2):
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
model.fit(AX, AY2, batch_size=BATCH, epochs=EPOCHS, verbose=2)

QP = model.predict(QX, verbose=0).argmax(axis=1)
model.save("mnist-dense.keras")
