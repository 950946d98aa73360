import numpy as np
import tensorflow as tf
from tensorflow import keras
AX = tf.constant(np.loadtxt('ax.txt', skiprows=1) / 16, tf.float32)
AY = tf.one_hot(np.loadtxt('ay.txt', skiprows=1).astype(int), 10)
QX = tf.constant(np.loadtxt('qx.txt', skiprows=1) / 16, tf.float32)
model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(200, activation='tanh'), keras.layers.Dense(10, activation='softmax')])
opt = keras.optimizers.Adam(0.01)
cce = keras.losses.CategoricalCrossentropy()
for it in range(150):
    with tf.GradientTape() as tape:
        J = cce(AY, model(AX))
    opt.apply_gradients(zip(tape.gradient(J, model.trainable_weights), model.trainable_weights))
    if it % 50 == 0:
        print(it, float(J))
QP = tf.argmax(model(QX), axis=1)
