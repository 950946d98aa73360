import numpy as np
ax, ay = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1).astype(int)
qx, qy = np.loadtxt('qx.txt', skiprows=1), np.loadtxt('qy.txt', skiprows=1).astype(int)
import keras
class Lotes(keras.utils.PyDataset):
    def __init__(self, x, y, n):
        super().__init__()
        self.x, self.y, self.n = x, y, n
    def __len__(self):
        return len(self.x) // self.n
    def __getitem__(self, i):
        return self.x[i * self.n:(i + 1) * self.n] / 16, self.y[i * self.n:(i + 1) * self.n]
model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(200, activation='relu'), keras.layers.Dense(10, activation='softmax')])
model.compile('adam', 'sparse_categorical_crossentropy')
model.fit(Lotes(ax, ay, 29), epochs=40, verbose=0)
predito = np.argmax(model.predict(qx / 16, verbose=0), axis=-1)
for certo, dito in list(zip(qy, predito))[:10]:
    print(certo, dito)
print('erros:', (predito != qy).sum())
