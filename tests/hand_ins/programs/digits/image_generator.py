import numpy as np
import keras
from tensorflow.keras.preprocessing.image import ImageDataGenerator
X = np.loadtxt('ax.txt', skiprows=1).reshape(-1, 8, 8, 1) / 16
y = np.loadtxt('ay.txt', skiprows=1).astype(int)
Xt = np.loadtxt('qx.txt', skiprows=1).reshape(-1, 8, 8, 1) / 16
yt = np.loadtxt('qy.txt', skiprows=1).astype(int)
gerador = ImageDataGenerator(width_shift_range=0.05, height_shift_range=0.05)
model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(256, activation='relu'), keras.layers.Dropout(0.2), keras.layers.Dense(10, activation='softmax')])
model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
model.fit(gerador.flow(X, y, batch_size=32), epochs=40, verbose=0)
print('acc teste', model.evaluate(Xt, yt, verbose=0)[1])
