import keras
import numpy as np
from keras import layers

AX, QX = np.loadtxt("ax.txt", skiprows=1), np.loadtxt("qx.txt", skiprows=1)
AY = keras.utils.to_categorical(np.loadtxt("ay.txt", skiprows=1), 10)
model = keras.Sequential(
    [
        keras.Input((64,)),
        layers.Rescaling(1 / 16),
        layers.Dense(200, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(AX, AY, epochs=30, batch_size=64, verbose=2)
QP = model.predict(QX, verbose=0)
