import numpy as np
import tensorflow as tf
(X, Y), (XT, YT) = [(np.loadtxt(s + 'x.txt', skiprows=1) / 16, np.loadtxt(s + 'y.txt', skiprows=1)) for s in 'aq']
rede = tf.keras.Sequential([tf.keras.layers.Input((64,)), tf.keras.layers.Dense(24, activation='sigmoid'), tf.keras.layers.Dense(10, activation='softmax')])
rede.compile(optimizer='sgd', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
hist = rede.fit(X, Y, epochs=4, validation_data=(XT, YT), verbose=0)
print('acuracia final de validacao', hist.history['val_accuracy'][-1])
print(rede.evaluate(XT, YT, verbose=0))
