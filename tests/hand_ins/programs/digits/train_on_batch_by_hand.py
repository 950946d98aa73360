import numpy as np
ax, ay = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1).astype(int)
qx, qy = np.loadtxt('qx.txt', skiprows=1), np.loadtxt('qy.txt', skiprows=1).astype(int)
import keras
model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(200, activation='relu'), keras.layers.Dense(10, activation='softmax')])
model.compile('adam', 'sparse_categorical_crossentropy')
for epoca in range(30):
    ordem = np.random.permutation(len(ax))
    for i in range(0, len(ax), 32):
        lote = ordem[i:i + 32]
        perda = model.train_on_batch(ax[lote] / 16, ay[lote])
print('perda', perda)
QP = model.predict_on_batch(qx / 16).argmax(axis=1)
