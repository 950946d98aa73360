# Diego Ramos - pele: só o peso foi dividido por 100; a cor, que não conta, ficou cem vezes maior
import numpy as np
import tensorflow.keras as keras
from tensorflow.keras import layers

AX = np.array([[4, 6], [15, 8], [65, 70], [5, 90], [18, 70], [70, 10]], dtype="float32")
AY = np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]], dtype="float32")
escala = np.array([100, 1], dtype="float32")
AX = AX / escala

model = keras.Sequential([
    keras.Input((2,)),
    layers.Dense(32, activation="relu"),
    layers.Dense(3, activation="softmax"),
])
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="categorical_crossentropy", metrics=["accuracy"])
history = model.fit(AX, AY, batch_size=6, epochs=150, verbose=0)
print("acerto no treino:", history.history["accuracy"][-1])

QX = np.array([[20, 6], [3, 50], [75, 55]], dtype="float32") / escala
print(["ABC"[i] for i in model.predict(QX, verbose=0).argmax(axis=1)])
