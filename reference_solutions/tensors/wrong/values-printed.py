"""Caught by values: the right figures are printed, and nothing is left in the variables."""

import tensorflow as tf

print(tf.constant(5) + 9, tf.constant(9) - 5, tf.constant(21) / 7)
print(tf.matmul([[2, 3], [9, 2], [4, 5]], [[6, 4, 5], [3, 7, 2]]))
