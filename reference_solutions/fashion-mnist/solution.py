"""Fashion-MNIST com rede densa: imagens espelhadas ao acaso, duas camadas de 512, taxa de aprendizado em cosseno."""

import keras
import matplotlib.pyplot as plt
from keras import layers

HIDDEN = 512
DROPOUT = 0.3
SMOOTHING = 0.1
EPOCHS = 16
BATCH = 128
RATE = 0.002

(AX, AY), (QX, QY) = keras.datasets.fashion_mnist.load_data()
AY2 = keras.utils.to_categorical(AY, 10)

model = keras.Sequential(
    [
        keras.Input(AX.shape[1:]),
        layers.Rescaling(1 / 255),
        layers.Reshape((28, 28, 1)),
        layers.RandomFlip("horizontal"),
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
model.save("fashion-mnist.keras")

NAMES = ["camiseta", "calça", "pulôver", "vestido", "casaco", "sandália", "camisa", "tênis", "bolsa", "bota"]
figure, places = plt.subplots(4, 5, figsize=(8, 7))
for place, image, truth, predicted in zip(places.flat, QX, QY, QP, strict=False):
    place.imshow(image, cmap="gray_r")
    place.axis("off")
    place.text(0, -2, NAMES[truth], color="blue", ha="left")
    place.text(27, -2, NAMES[predicted], color="red", ha="right")
plt.savefig("fashion-mnist.png")
plt.show()
