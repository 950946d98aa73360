import numpy as np
from tensorflow import keras
tabela = np.genfromtxt('data_banknote_authentication.txt', delimiter=',')
treino, teste = tabela[0::2], tabela[1::2]
model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(24, activation='relu'), keras.layers.Dense(1, activation='sigmoid')])
model.compile(optimizer=keras.optimizers.Adam(0.02), loss='binary_crossentropy', metrics=['accuracy'])
model.fit(treino[:, 0:4], treino[:, 4], epochs=40, batch_size=32, verbose=0)
resultado = model.evaluate(teste[:, 0:4], teste[:, 4], verbose=0)
print('acertos: %.2f%%' % (resultado[1] * 100))
