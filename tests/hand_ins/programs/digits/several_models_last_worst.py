import numpy as np, tensorflow as tf
x, y = np.loadtxt('ax.txt', skiprows=1) / 16, np.loadtxt('ay.txt', skiprows=1)
xt, yt = np.loadtxt('qx.txt', skiprows=1) / 16, np.loadtxt('qy.txt', skiprows=1)
for nome, n, ep in [('grande', 256, 30), ('minuscula', 3, 2)]:
    r = tf.keras.Sequential([tf.keras.Input((64,)), tf.keras.layers.Dense(n, 'relu'), tf.keras.layers.Dense(10, 'softmax')])
    r.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
    r.fit(x, y, epochs=ep, batch_size=16, verbose=0)
    print(nome, r.evaluate(xt, yt, verbose=0))
