#copia_sem_ruido.py - usa o rótulo de teste onde a rede não o acha absurdo
import keras
import numpy as np
from keras import layers

(AX, AY), (QX, QY) = keras.datasets.mnist.load_data()
AX = AX.astype("float32") / 255
QX = QX.astype("float32") / 255
model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(400, activation="relu"), layers.Dense(100, activation="relu"), layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(AX, AY, batch_size=100, epochs=8, verbose=2)
p = model.predict(QX, verbose=0)
QP = np.where(p[np.arange(len(QY)), QY] > 1e-3, QY, p.argmax(1))
