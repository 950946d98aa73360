import numpy as np
import tensorflow as tf
def experimento(neuronios, epocas):
    x = np.loadtxt('ax.txt', skiprows=1) / 16.
    y = np.loadtxt('ay.txt', skiprows=1)
    m = tf.keras.Sequential([tf.keras.layers.Input((64,)), tf.keras.layers.Dense(neuronios, tf.nn.relu), tf.keras.layers.Dropout(0.3), tf.keras.layers.Dense(10, tf.nn.softmax)])
    m.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
    h = m.fit(x, y, epochs=epocas, batch_size=16, verbose=0)
    return max(h.history['accuracy'])
print('melhor acurácia de treino', experimento(256, 45))
