"""Ativações e custos pelas funções do Keras; derivadas por diferenciação automática."""

import tensorflow as tf
from tensorflow import keras

x = tf.constant([-4.0, -2.0, 0.0, 2.0, 4.0])
tanh = keras.activations.tanh(x)
sigmoid = keras.activations.sigmoid(x)
relu = keras.activations.relu(x)
softmax = keras.activations.softmax(tf.constant([[-0.1, 1.3, 0.2]]))[0]

cce = keras.losses.CategoricalCrossentropy()([[0.0, 1.0, 0.0]], [[0.1, 0.8, 0.1]])
scce = keras.losses.SparseCategoricalCrossentropy()(tf.constant([1]), tf.constant([[0.1, 0.8, 0.1]]))
bce = keras.losses.BinaryCrossentropy()([[0.0, 1.0, 1.0]], [[0.4, 0.8, 0.6]])
bce_um = keras.losses.BinaryCrossentropy()([[0.0]], [[0.4]])
bce_logits = keras.losses.BinaryCrossentropy(from_logits=True)([[0.0, 0.0, 1.0, 1.0]], [[-2.0, -1.0, 2.0, 3.0]])


def derivative(function):
    """Return the derivative of ``function`` at the points of the statement."""
    points = tf.constant([-3.0, -1.5, 0.5, 1.0, 2.5])
    with tf.GradientTape() as tape:
        tape.watch(points)
        value = function(points)
    return tape.gradient(value, points)


d_tanh = derivative(keras.activations.tanh)
d_sigmoid = derivative(keras.activations.sigmoid)
d_relu = derivative(keras.activations.relu)
