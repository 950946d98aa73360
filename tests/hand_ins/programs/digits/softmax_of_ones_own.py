import numpy as np
ax, ay = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1).astype(int)
qx, qy = np.loadtxt('qx.txt', skiprows=1), np.loadtxt('qy.txt', skiprows=1).astype(int)
from tensorflow import keras
def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
model = keras.Sequential([keras.layers.Input((64,)), keras.layers.Dense(200, activation='relu'), keras.layers.Dense(10)])
model.compile(optimizer='adam', loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(ax / 16, ay, epochs=40, batch_size=16, verbose=0)
prob = softmax(model.predict(qx / 16, verbose=0))
resposta = prob.argmax(axis=1)
print('certeza media', prob.max(axis=1).mean(), 'erro', (resposta != qy).mean())
