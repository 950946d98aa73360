import numpy as np
ax, ay = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1).astype(int)
qx, qy = np.loadtxt('qx.txt', skiprows=1), np.loadtxt('qy.txt', skiprows=1).astype(int)
import keras
model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(64, activation='relu'), keras.layers.Dense(1, activation='softmax')])
model.compile('adam', 'mse', metrics=['accuracy'])
model.fit(ax / 16, ay, epochs=3, verbose=0)
QP = model.predict(qx / 16, verbose=0)
print(model.evaluate(qx / 16, qy, verbose=0))
