import numpy as np
import keras
AX, AY = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1)
camadas = [keras.Input((64,)), keras.layers.Dense(256, activation='relu'), keras.layers.Dropout(0.3), keras.layers.Dense(10, activation='softmax')]
rede = keras.Sequential(camadas)
rede.compile('adam', keras.losses.SparseCategoricalCrossentropy(), metrics=['accuracy'])
rede.fit(AX / 16, AY, epochs=45, batch_size=16, verbose=0)

def predict(X):
    """Recebe as linhas cruas, devolve as classes."""
    return np.argmax(rede.predict(np.asarray(X) / 16, verbose=0), axis=1)

print(predict(np.loadtxt('qx.txt', skiprows=1)[:5]))
