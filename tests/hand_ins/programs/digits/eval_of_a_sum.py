import tensorflow as tf
matriz = tf.constant([[1.0, 2.0], [3.0, 4.0]])
produto = tf.matmul(matriz, matriz)
with tf.compat.v1.Session() as sessao:
    resposta = produto.eval()
    print(resposta)
