import numpy as np
import tensorflow as tf
X = np.loadtxt('ax.txt', skiprows=1)
escala = tf.keras.layers.experimental.preprocessing.Rescaling(1 / 16)
modelo = tf.keras.Sequential([escala, tf.keras.layers.Dense(10, 'softmax')])
modelo.compile('adam', 'sparse_categorical_crossentropy')
modelo.fit(X, np.loadtxt('ay.txt', skiprows=1))
