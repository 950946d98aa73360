import numpy as np, tensorflow as tf
tr = [np.loadtxt(n, skiprows=1) for n in ['ax.txt', 'ay.txt']]
te = [np.loadtxt(n, skiprows=1) for n in ['qx.txt', 'qy.txt']]
m = tf.keras.models.Sequential([tf.keras.layers.InputLayer(input_shape=(64,)), tf.keras.layers.Dense(256, 'relu'), tf.keras.layers.Dropout(0.25), tf.keras.layers.Dense(10, 'softmax')])
m.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
m.fit(tr[0] / 16, tr[1], epochs=40, batch_size=16, verbose=0)
m.save('meu_modelo.h5')
n = tf.keras.models.load_model('meu_modelo.h5')
print('Acuracia', n.evaluate(te[0] / 16, te[1], verbose=0)[1])
