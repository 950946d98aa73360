import numpy as np
from tensorflow import keras
from tensorflow.keras import layers, utils

def carrega(letra):
    X = np.loadtxt(letra + 'x.txt', skiprows=1).astype('float32')
    Y = np.loadtxt(letra + 'y.txt', skiprows=1).astype('int32')
    return X / 16, utils.to_categorical(Y, 10)

(X_train, Y_train), (X_test, Y_test) = carrega('a'), carrega('q')
entrada = keras.Input(shape=(64,), name='pixels')
h = layers.Dense(200, activation='relu')(entrada)
h = layers.BatchNormalization()(h)
h = layers.Dropout(0.4)(h)
saida = layers.Dense(10, activation='softmax', name='classe')(h)
modelo = keras.Model(inputs=entrada, outputs=saida)
modelo.summary()
modelo.compile('adam', 'categorical_crossentropy', metrics=['accuracy'])
hist = modelo.fit(X_train, Y_train, validation_split=0.1, epochs=35, batch_size=16, verbose=0)
perda, acc = modelo.evaluate(X_test, Y_test)
print('loss', perda, 'acc', acc)
