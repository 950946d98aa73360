import numpy as np, keras
from sklearn.datasets import fetch_california_housing
from sklearn.model_selection import train_test_split
d = fetch_california_housing()
a, q, ya, yq = train_test_split(d.data, d.target, random_state=1)
m, s = a.mean(0), a.std(0)
a, q = (a - m) / s, (q - m) / s
larga, funda = keras.Input((5,)), keras.Input((6,))
h = keras.layers.Dense(30, activation='relu')(funda)
saida = keras.layers.Dense(1)(keras.layers.concatenate([larga, h]))
model = keras.Model([larga, funda], saida)
model.compile('adam', 'mse')
model.fit((a[:, :5], a[:, 2:]), ya, epochs=4, batch_size=64, verbose=0)
print('mse', model.evaluate((q[:, :5], q[:, 2:]), yq, verbose=0))
