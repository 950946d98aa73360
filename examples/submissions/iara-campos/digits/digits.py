# Iara Campos - dígitos, com convolução
import keras
import numpy as np
from keras import layers

AX, AY = np.loadtxt("ax.txt", skiprows=1) / 16, np.loadtxt("ay.txt", skiprows=1)
QX, QY = np.loadtxt("qx.txt", skiprows=1) / 16, np.loadtxt("qy.txt", skiprows=1)
AX, QX = AX.reshape(-1, 8, 8, 1), QX.reshape(-1, 8, 8, 1)

model = keras.Sequential([
    keras.Input((8, 8, 1)),
    layers.Conv2D(16, 3, padding="same", activation="relu"),
    layers.MaxPooling2D(2),
    layers.Conv2D(32, 3, padding="same", activation="relu"),
    layers.Flatten(),
    layers.Dense(10, activation="softmax"),
])
model.compile(optimizer=keras.optimizers.Adam(0.003), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(AX, AY, batch_size=32, epochs=20, verbose=2)
QP = model.predict(QX, verbose=0).argmax(axis=1)
print(f"erro impresso: {(QP != QY).mean():.2%}")
