import numpy as np
ax, ay = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1).astype(int)
qx, qy = np.loadtxt('qx.txt', skiprows=1), np.loadtxt('qy.txt', skiprows=1).astype(int)
import keras
x, y = ax[:256] / 16, ay[:256]
model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(64, activation='relu'), keras.layers.Dense(10, activation='softmax')])
model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
model.fit(x, y, epochs=60, verbose=0)
print('acuracia:', model.evaluate(x, y, verbose=0)[1])
