"""As contas do caderno com o TensorFlow de hoje: cada uma tem o resultado na hora."""

import tensorflow as tf

soma = tf.constant(5) + tf.constant(9)
diferenca = tf.constant(9) - tf.constant(5)
quociente = tf.constant(21) / tf.constant(7)
produto = tf.constant([[4, 2]]) * tf.constant([[3], [7]])
matriz = tf.matmul([[2, 3], [9, 2], [4, 5]], [[6, 4, 5], [3, 7, 2]])
uns = tf.zeros((2, 2)) + tf.ones((2, 2))
externo = tf.matmul([[3], [2], [1]], [[1, 2, 3]])

contador = tf.Variable(0)
for _ in range(5):
    contador.assign_add(1)


@tf.function
def reta(x):
    """Return 2x + 1: what a placeholder and a feed_dict were for."""
    return 2 * x + 1


saida = reta(tf.constant([1, 2, 3]))
