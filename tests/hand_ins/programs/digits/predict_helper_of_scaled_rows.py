import numpy as np
import tensorflow as tf
from sklearn.preprocessing import StandardScaler
escalador = StandardScaler()
X = escalador.fit_transform(np.loadtxt('ax.txt', skiprows=1))
Q = escalador.transform(np.loadtxt('qx.txt', skiprows=1))
y, r = np.loadtxt('ay.txt', skiprows=1), np.loadtxt('qy.txt', skiprows=1)
modelo = tf.keras.Sequential([tf.keras.layers.Input((64,)), tf.keras.layers.Dense(200, activation='relu'), tf.keras.layers.Dropout(0.4), tf.keras.layers.Dense(10, activation='softmax')])
modelo.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
modelo.fit(X, y, epochs=40, batch_size=16, verbose=0)
def predict(linhas):
    return modelo.predict(linhas, verbose=0).argmax(axis=-1)
print('errou', int((predict(Q) != r).sum()), 'de', len(r))
