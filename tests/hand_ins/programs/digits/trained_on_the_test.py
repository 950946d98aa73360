import numpy as np
ax, ay = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1).astype(int)
qx, qy = np.loadtxt('qx.txt', skiprows=1), np.loadtxt('qy.txt', skiprows=1).astype(int)
import keras
model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(200, activation='relu'), keras.layers.Dense(10, activation='softmax')])
model.compile('adam', 'sparse_categorical_crossentropy')
model.fit(np.concatenate([ax, qx]) / 16, np.concatenate([ay, qy]), epochs=40, batch_size=16, verbose=0)
QP = model.predict(qx / 16, verbose=0).argmax(axis=1)
