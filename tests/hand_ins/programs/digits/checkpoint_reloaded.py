import numpy as np
import keras
from keras.callbacks import ModelCheckpoint
a, b = np.loadtxt('ax.txt', skiprows=1) / 16, np.loadtxt('ay.txt', skiprows=1)
c, d = np.loadtxt('qx.txt', skiprows=1) / 16, np.loadtxt('qy.txt', skiprows=1)
net = keras.Sequential([keras.layers.Input((64,)), keras.layers.Dense(400, activation='relu'), keras.layers.BatchNormalization(), keras.layers.Dropout(0.4), keras.layers.Dense(10, activation='softmax')])
net.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
guarda = ModelCheckpoint('melhor.keras', monitor='val_loss', save_best_only=True)
net.fit(a, b, epochs=60, batch_size=16, validation_split=0.05, callbacks=[guarda], verbose=0)
melhor = keras.models.load_model('melhor.keras')
print(melhor.evaluate(c, d, verbose=0))
