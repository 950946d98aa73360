import numpy as np
ax, ay = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1).astype(int)
qx, qy = np.loadtxt('qx.txt', skiprows=1), np.loadtxt('qy.txt', skiprows=1).astype(int)
import keras
passo = keras.optimizers.schedules.ExponentialDecay(0.004, decay_steps=500, decay_rate=0.9)
model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(200, activation='relu'), keras.layers.Dense(10, activation='softmax')])
model.compile(keras.optimizers.Adam(passo), 'sparse_categorical_crossentropy', metrics=['accuracy'])
model.fit(ax / 16, ay, epochs=40, batch_size=16, verbose=0, callbacks=[keras.callbacks.TerminateOnNaN()])
QP = np.argmax(model.predict(qx / 16, verbose=0), 1)
