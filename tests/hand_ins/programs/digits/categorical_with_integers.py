import numpy as np
import tensorflow as tf
X, Y = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1)
r = tf.keras.Sequential([tf.keras.layers.Dense(20, activation='relu'), tf.keras.layers.Dense(10, activation='softmax')])
r.compile(optimizer='adam', loss='categorical_crossentropy', metrics=['accuracy'])
r.fit(X, Y, epochs=3)
