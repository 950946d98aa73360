import numpy as np
import matplotlib.pyplot as plt
from tensorflow.keras import Sequential, Input
from tensorflow.keras.layers import Dense, Dropout
ler = lambda s: np.loadtxt(s, skiprows=1)
model = Sequential([Input((64,)), Dense(280, activation='relu'), Dropout(0.4), Dense(10, activation='softmax')])
model.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
historico = model.fit(ler('ax.txt') / 16, ler('ay.txt'), epochs=45, batch_size=20, validation_data=(ler('qx.txt') / 16, ler('qy.txt')), verbose=0)
plt.plot(historico.history['loss'], label='treino')
plt.plot(historico.history['val_loss'], label='teste')
plt.legend(); plt.show()
pred = model.predict(ler('qx.txt') / 16)
