import numpy as np
from tensorflow import keras
X, Xt = [np.loadtxt(f, skiprows=1) / 16 for f in ('ax.txt', 'qx.txt')]
Y, Yt = [keras.utils.to_categorical(np.loadtxt(f, skiprows=1), 10) for f in ('ay.txt', 'qy.txt')]
net = keras.Sequential([keras.layers.Input(shape=(64,)), keras.layers.Dense(256, activation='relu'), keras.layers.Dropout(0.3), keras.layers.Dense(10, activation='softmax')])
net.compile('adam', 'categorical_crossentropy', metrics=['accuracy'])
net.fit(X, Y, epochs=45, batch_size=16, verbose=0)
net.evaluate(Xt, Yt)
print('Valor previsto:', np.argmax(Yt[7]))
