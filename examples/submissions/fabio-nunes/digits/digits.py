# Fábio Nunes - dígitos
import keras
import numpy as np
from keras import layers

AX, AY = np.loadtxt("ax.txt", skiprows=1), np.loadtxt("ay.txt", skiprows=1)
QX, QY = np.loadtxt("qx.txt", skiprows=1), np.loadtxt("qy.txt", skiprows=1)

model = keras.Sequential()
for unidades in (256, 128)
    model.add(layers.Dense(unidades, activation="relu"))
model.add(layers.Dense(10, activation="softmax"))
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
model.fit(AX / 16, AY, epochs=30)
QP = model.predict(QX / 16).argmax(axis=1)
