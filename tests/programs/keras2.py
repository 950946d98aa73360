#keras2.py - no estilo do programa 2: taxa inteira, input_dim, semente propria
import os; os.environ['TF_CPP_MIN_LOG_LEVEL']='3'
import tensorflow.keras as keras
import tensorflow as tf
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Dense
from tensorflow.keras import optimizers
import numpy as np
import sys

keras.utils.set_random_seed(7)
(AX, AY), (QX, QY) = keras.datasets.mnist.load_data()
(ax, ay), (qx, qy) = tf.keras.datasets.mnist.load_data()
assert (ax == AX).all() and (qy == QY).all()
AX = AX.reshape(len(AX), -1).astype('float32') / 255
QX = QX.reshape(len(QX), -1).astype('float32') / 255

model = Sequential()
model.add(Dense(32, activation='sigmoid', input_dim=784))
model.add(Dense(10, activation='sigmoid'))
sgd = optimizers.SGD(learning_rate=3)
model.compile(optimizer=sgd, loss='mse', metrics=['accuracy'])
AY2 = keras.utils.to_categorical(AY, 10)
QY2 = keras.utils.to_categorical(QY, 10)
model.fit(AX, AY2, batch_size=20, epochs=4, verbose=0)
print("Erro: %.2f %%" % (100 * (1 - model.evaluate(QX, QY2, verbose=0)[1])))
model.save('k2.keras')
qp = np.argmax(model.predict(QX, verbose=0), axis=1)
