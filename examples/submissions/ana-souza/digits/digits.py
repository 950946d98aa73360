# Ana Souza - dígitos 8x8 com rede densa
import keras
import numpy as np
from keras import layers

AX, AY = np.loadtxt("ax.txt", skiprows=1), np.loadtxt("ay.txt", skiprows=1)
QX, QY = np.loadtxt("qx.txt", skiprows=1), np.loadtxt("qy.txt", skiprows=1)

model = keras.Sequential([
    keras.Input((64,)),
    layers.Rescaling(1 / 16),
    layers.Dense(256, activation="relu"),
    layers.Dropout(0.3),
    layers.Dense(128, activation="relu"),
    layers.Dropout(0.3),
    layers.Dense(10, activation="softmax"),
])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(AX, AY, batch_size=32, epochs=40, validation_split=0.1, verbose=2)

QP = model.predict(QX, verbose=0).argmax(axis=1)
print(f"erro impresso: {(QP != QY).mean():.2%}")
model.save("digits.keras")
