import numpy as np
from keras.models import Sequential
from keras.layers import Dense
QX = np.loadtxt('qx.txt', skiprows=1); AX = np.loadtxt('ax.txt', skiprows=1)
AY = np.loadtxt('ay.txt', skiprows=1)
mlp = Sequential([Dense(16, activation='tanh', input_shape=(64,)), Dense(10, activation='softmax')])
mlp.compile(loss='sparse_categorical_crossentropy', optimizer='sgd', metrics=['accuracy'])
mlp.fit(AX, AY, epochs=1)
QP = mlp.predict(QX)
