#abc.py - adulto, bebê ou criança pelo peso
import os; os.environ['TF_CPP_MIN_LOG_LEVEL']='3'
import tensorflow.keras as keras
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Dense
from tensorflow.keras import optimizers
import numpy as np
import sys

#Define modelo de rede
model = Sequential()
model.add(Dense(3, activation='sigmoid', input_dim=1))
model.add(Dense(3, activation='sigmoid'))
sgd = optimizers.SGD(learning_rate=10)
model.compile(optimizer=sgd, loss='mse')
model.summary()

AX = np.matrix('4; 15; 65; 5; 18; 70', dtype=np.float32)
AX = AX/100
AY = np.matrix('0 1 0; 0 0 1; 1 0 0; 0 1 0; 0 0 1; 1 0 0', dtype=np.float32) # A B C
model.fit(AX, AY, batch_size=3, epochs=1000, verbose=0)

QX = np.matrix('16; 3; 75', dtype=np.float32)
QX = QX/100
QP = model.predict(QX, verbose=0)
print(QP)
print(["ABC"[i] for i in QP.argmax(axis=1)]) # C B A
