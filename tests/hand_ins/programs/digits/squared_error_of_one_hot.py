import numpy as np
ax, ay = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1).astype(int)
qx, qy = np.loadtxt('qx.txt', skiprows=1), np.loadtxt('qy.txt', skiprows=1).astype(int)
import keras
alvo = np.eye(10)[ay]
model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(200, activation='tanh'), keras.layers.Dense(10, activation='sigmoid')])
model.compile(optimizer='adam', loss='mse')
model.fit(ax / 16, alvo, epochs=60, batch_size=16, verbose=0)
saida = model.predict(qx / 16, verbose=0)
print('erro medio quadratico', ((saida - np.eye(10)[qy]) ** 2).mean(), 'acertos', (saida.argmax(1) == qy).mean())
