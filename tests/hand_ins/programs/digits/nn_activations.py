import tensorflow as tf
import numpy as np
entradas = np.loadtxt('ax.txt', skiprows=1) / 16
classes = np.loadtxt('ay.txt', skiprows=1)
modelo = tf.keras.models.Sequential()
modelo.add(tf.keras.layers.Dense(256, input_shape=(64,), activation=tf.nn.relu))
modelo.add(tf.keras.layers.Dropout(0.3))
modelo.add(tf.keras.layers.Dense(10, activation=tf.nn.softmax))
modelo.compile(optimizer=tf.keras.optimizers.Adam(), loss='sparse_categorical_crossentropy', metrics=['accuracy'])
modelo.fit(entradas, classes, batch_size=16, epochs=45, verbose=0)
val_loss, val_acc = modelo.evaluate(np.loadtxt('qx.txt', skiprows=1) / 16, np.loadtxt('qy.txt', skiprows=1))
print(val_loss, val_acc)
