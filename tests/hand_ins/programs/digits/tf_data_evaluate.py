import numpy as np, tensorflow as tf
def conjunto(l):
    x = np.loadtxt(l + 'x.txt', skiprows=1).astype('float32')
    y = np.loadtxt(l + 'y.txt', skiprows=1).astype('int32')
    return tf.data.Dataset.from_tensor_slices((x, y))
def normaliza(imagem, rotulo):
    return tf.cast(imagem, tf.float32) / 16.0, rotulo
ds_treino = conjunto('a').map(normaliza).cache().shuffle(899).batch(16).prefetch(tf.data.AUTOTUNE)
ds_teste = conjunto('q').map(normaliza).batch(128).cache()
model = tf.keras.models.Sequential([tf.keras.layers.Input((64,)), tf.keras.layers.Dense(256, activation='relu'), tf.keras.layers.Dropout(0.2), tf.keras.layers.Dense(10)])
model.compile(optimizer=tf.keras.optimizers.Adam(0.001), loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=[tf.keras.metrics.SparseCategoricalAccuracy()])
model.fit(ds_treino, epochs=40, verbose=0)
print(model.evaluate(ds_teste, verbose=0))
