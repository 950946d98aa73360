import numpy as np
ax, ay = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1).astype(int)
qx, qy = np.loadtxt('qx.txt', skiprows=1), np.loadtxt('qy.txt', skiprows=1).astype(int)
import keras
def rede():
    m = keras.Sequential([keras.Input((64,)), keras.layers.Dense(160, activation='relu'), keras.layers.Dense(10, activation='softmax')])
    m.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
    return m
partes = np.array_split(np.random.permutation(len(ax)), 4)
notas = []
for k in range(4):
    treino = np.concatenate([p for i, p in enumerate(partes) if i != k])
    m = rede()
    m.fit(ax[treino] / 16, ay[treino], epochs=12, batch_size=16, verbose=0)
    notas.append(m.evaluate(ax[partes[k]] / 16, ay[partes[k]], verbose=0)[1])
print('validacao cruzada', np.mean(notas), '+-', np.std(notas))
final = rede()
final.fit(ax / 16, ay, epochs=40, batch_size=16, verbose=0)
print('teste', final.evaluate(qx / 16, qy, verbose=0)[1])
