import numpy as np, tensorflow as tf
X = np.loadtxt('ax.txt', skiprows=1)
rede = tf.keras.models.Sequential([tf.keras.layers.Dense(10, activation='softmax', input_shape=(64,))])
rede.compile(loss='sparse_categorical_crossentropy', metrics='accuracy', optimizer='rmsprop')
rede.fit(X, np.loadtxt('ay.txt', skiprows=1))
