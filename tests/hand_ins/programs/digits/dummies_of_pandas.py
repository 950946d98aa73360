import pandas as pd
import numpy as np
from keras.models import Sequential
from keras.layers import Dense, Input, Dropout

previsores_treinamento = pd.read_csv('ax.txt', sep=r'\s+', skiprows=1, header=None)
classe_treinamento = pd.read_csv('ay.txt', skiprows=1, header=None)
previsores_teste = pd.read_csv('qx.txt', sep=r'\s+', skiprows=1, header=None)
classe_teste = pd.read_csv('qy.txt', skiprows=1, header=None)
dummy = pd.get_dummies(classe_treinamento[0]).values.astype('float32')

classificador = Sequential()
classificador.add(Input((64,)))
classificador.add(Dense(units=200, activation='relu'))
classificador.add(Dropout(0.25))
classificador.add(Dense(units=10, activation='softmax'))
classificador.compile(optimizer='adam', loss='categorical_crossentropy', metrics=['categorical_accuracy'])
classificador.fit(previsores_treinamento, dummy, batch_size=10, epochs=40, verbose=0)
previsoes = classificador.predict(previsores_teste)
previsoes2 = [np.argmax(t) for t in previsoes]
acertos = sum(p == c for p, c in zip(previsoes2, classe_teste[0]))
print('acertos', acertos, 'de', len(previsoes2))
