"""Caught by values: the factors of the outer product change places, and the counter is counted once."""

import tensorflow as tf

soma = tf.constant(5) + tf.constant(9)
diferenca = tf.constant(9) - tf.constant(5)
quociente = tf.constant(21) / tf.constant(7)
produto = tf.constant([[4, 2]]) * tf.constant([[3], [7]])
matriz = tf.transpose(tf.matmul([[2, 3], [9, 2], [4, 5]], [[6, 4, 5], [3, 7, 2]]))
uns = tf.ones((2, 2), dtype=tf.int32)
externo = tf.matmul([[1, 2, 3]], [[3], [2], [1]])
contador = tf.Variable(0)
contador.assign_add(1)
saida = 2 * tf.constant([1, 2, 3]) + 1
