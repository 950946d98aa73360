import numpy as np, tensorflow as tf
entradas, classes = np.loadtxt('ax.txt', skiprows=1) / 16, np.loadtxt('ay.txt', skiprows=1)
model = tf.keras.models.Sequential([tf.keras.layers.Input((64,)), tf.keras.layers.Dense(32, activation='relu'), tf.keras.layers.Dense(10, activation='softmax')])
model.compile('adam', 'sparse_categorical_crossentropy', ['accuracy'])
model.fit(entradas, classes, epochs=3, verbose=2)
QP = model.predict(np.loadtxt('qx.txt', skiprows=1) / 16)
