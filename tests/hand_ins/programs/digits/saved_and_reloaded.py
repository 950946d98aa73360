import numpy as np
from tensorflow.keras.models import Sequential, load_model
from tensorflow.keras.layers import Dense, Activation
X, Y = np.loadtxt('ax.txt', skiprows=1) / 16, np.loadtxt('ay.txt', skiprows=1)
rede = Sequential()
rede.add(Dense(200, input_dim=64)); rede.add(Activation('relu'))
rede.add(Dense(200)); rede.add(Activation('relu'))
rede.add(Dense(10)); rede.add(Activation('softmax'))
rede.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
rede.fit(X, Y, epochs=35, batch_size=16, verbose=0)
rede.save('rede_digitos.keras')
del rede
outra = load_model('rede_digitos.keras')
QX = np.loadtxt('qx.txt', skiprows=1) / 16
previsoes = np.argmax(outra.predict(QX, verbose=0), axis=1)
print(previsoes[:10])
