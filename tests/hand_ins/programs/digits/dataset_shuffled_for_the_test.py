import numpy as np, tensorflow as tf
le = lambda n: np.loadtxt(n + '.txt', skiprows=1)
treino = tf.data.Dataset.from_tensor_slices((le('ax') / 16, le('ay'))).shuffle(899).batch(16)
teste = tf.data.Dataset.from_tensor_slices((le('qx') / 16, le('qy'))).shuffle(898).batch(16)
model = tf.keras.Sequential([tf.keras.Input((64,)), tf.keras.layers.Dense(200, activation='relu'), tf.keras.layers.Dense(10, activation='softmax')])
model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
model.fit(treino, epochs=30, verbose=0)
print(model.evaluate(teste, verbose=0))
