import tensorflow as tf, numpy as np
treino_x = np.loadtxt('ax.txt', skiprows=1).astype('float32') / 16
treino_y = np.loadtxt('ay.txt', skiprows=1).astype('int64')
teste_x = np.loadtxt('qx.txt', skiprows=1).astype('float32') / 16
teste_y = np.loadtxt('qy.txt', skiprows=1).astype('int64')
lote = 50
model = tf.keras.models.Sequential([tf.keras.layers.Input((64,)), tf.keras.layers.Dense(256, 'relu'), tf.keras.layers.Dense(10)])
otimizador = tf.keras.optimizers.Adam(0.003)
def custo(saidas, y):
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=saidas))
@tf.function
def passo(x, y):
    with tf.GradientTape() as fita:
        perda = custo(model(x, training=True), y)
    grads = fita.gradient(perda, model.trainable_variables)
    otimizador.apply_gradients(zip(grads, model.trainable_variables))
    return perda
base = tf.data.Dataset.from_tensor_slices((treino_x, treino_y)).shuffle(1000).batch(lote)
for epoca in range(30):
    for x, y in base:
        perda = passo(x, y)
acuracia = tf.keras.metrics.SparseCategoricalAccuracy(name='teste')
for x, y in tf.data.Dataset.from_tensor_slices((teste_x, teste_y)).batch(lote):
    acuracia.update_state(y, model(x))
print('acuracia de teste', acuracia.result().numpy())
