# Ana Souza - adulto, bebê ou criança: a penalidade L1 faz a rede largar a cor da pele
import numpy as np
import tensorflow.keras as keras
from tensorflow.keras import layers, regularizers

AX = np.array([[4, 6], [15, 8], [65, 70], [5, 90], [18, 70], [70, 10]], dtype="float32")
AY = np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]], dtype="float32")

model = keras.Sequential([
    keras.Input((2,)),
    layers.Rescaling(1 / 30),
    layers.Dense(8, activation="tanh", kernel_regularizer=regularizers.L1(0.003)),
    layers.Dense(3, activation="softmax"),
])
model.compile(optimizer=keras.optimizers.Adam(0.03), loss="categorical_crossentropy")
model.fit(AX, AY, batch_size=6, epochs=600, verbose=0)

# a cor muda, a resposta não
for peso in (4, 5, 15, 18, 65, 70):
    saidas = model.predict(np.array([(peso, cor) for cor in range(0, 101, 10)], dtype="float32"), verbose=0)
    print(peso, "".join("ABC"[i] for i in saidas.argmax(axis=1)))
