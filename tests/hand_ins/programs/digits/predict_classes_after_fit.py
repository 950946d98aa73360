import numpy as np
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Dense, Dropout
AX = np.loadtxt('ax.txt', skiprows=1) / 16
AY = np.loadtxt('ay.txt', skiprows=1)
QX = np.loadtxt('qx.txt', skiprows=1) / 16
QY = np.loadtxt('qy.txt', skiprows=1)
model = Sequential([Dense(256, activation='relu', input_dim=64), Dropout(0.2), Dense(10, activation='softmax')])
model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
model.fit(AX, AY, epochs=40, batch_size=20, verbose=0)
score = model.evaluate(QX, QY, verbose=0)
print('Teste: perda %.3f, acuracia %.3f' % tuple(score))
QP = model.predict_classes(QX)
