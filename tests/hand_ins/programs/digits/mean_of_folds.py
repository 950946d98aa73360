import numpy as np
ax, ay = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1).astype(int)
qx, qy = np.loadtxt('qx.txt', skiprows=1), np.loadtxt('qy.txt', skiprows=1).astype(int)
import keras
soma = np.zeros((len(qx), 10))
for k in range(3):
    fica = np.arange(len(ax)) % 3 != k
    m = keras.Sequential([keras.Input((64,)), keras.layers.Dense(160, activation='relu'), keras.layers.Dense(10, activation='softmax')])
    m.compile(optimizer='adam', loss='sparse_categorical_crossentropy')
    m.fit(ax[fica] / 16, ay[fica], epochs=40, batch_size=16, verbose=0)
    soma += m.predict(qx / 16, verbose=0)
y_pred = soma.argmax(axis=1)
print('media dos 3:', (y_pred == qy).mean())
