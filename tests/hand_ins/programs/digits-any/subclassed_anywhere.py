import tensorflow as tf, numpy as np
from tensorflow.keras.layers import Dense

class Classificador(tf.keras.Model):
    """Rede com duas camadas escondidas."""
    def __init__(self):
        super(Classificador, self).__init__()
        self.d1 = Dense(150, activation='relu')
        self.d2 = Dense(80, activation='relu')
        self.d3 = Dense(10)
    def call(self, inputs):
        return self.d3(self.d2(self.d1(inputs)))

le = lambda n: np.loadtxt(n, skiprows=1, dtype=np.float32)
treino, rot, teste, rot_teste = le('ax.txt') / 8 - 1, le('ay.txt'), le('qx.txt') / 8 - 1, le('qy.txt')
c = Classificador()
c.compile(loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True), optimizer='rmsprop', metrics=['accuracy'])
c.fit(treino, rot, epochs=30, batch_size=32, verbose=0)
print(c.evaluate(teste, rot_teste, verbose=0))
