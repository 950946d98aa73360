"""Caught by values: the cells of the old notebook, which build a graph and never run it."""

import tensorflow as tf

with tf.Graph().as_default():
    soma = tf.constant(5) + tf.constant(9)
    diferenca = tf.constant(9) - tf.constant(5)
    quociente = tf.constant(21) / tf.constant(7)
    produto = tf.constant([[4, 2]]) * tf.constant([[3], [7]])
    matriz = tf.matmul([[2, 3], [9, 2], [4, 5]], [[6, 4, 5], [3, 7, 2]])
    uns = tf.zeros((2, 2)) + tf.ones((2, 2))
    externo = tf.matmul([[3], [2], [1]], [[1, 2, 3]])
    contador = tf.compat.v1.Variable(0)
    saida = tf.compat.v1.placeholder(tf.float32) * 2 + 1
