#noisynote.py - autenticação de cédulas, com colunas de ruído
import os; os.environ['TF_CPP_MIN_LOG_LEVEL']='3'
os.system("wget -nc http://www.lps.usp.br/hae/apostila/noisynote.zip")
os.system("unzip -u noisynote.zip")
import tensorflow.keras as keras
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Dense
from tensorflow.keras import optimizers
import numpy as np
import sys

def le(nomearq):
    with open(nomearq,"r") as f:
        linhas=f.readlines()
    linha0=linhas[0].split()
    nl=int(linha0[0]); nc=int(linha0[1])
    a=np.empty((nl,nc),dtype=np.float32)
    for l in range(nl):
        linha=linhas[l+1].split()
        for c in range(nc):
            a[l,c]=np.float32(linha[c])
    return a

ax=le("ax.txt"); ay=le("ay.txt")
qx=le("qx.txt"); qy=le("qy.txt")
media=ax.mean(axis=0); desvio=ax.std(axis=0)
ax=(ax-media)/desvio; qx=(qx-media)/desvio

model = Sequential()
model.add(Dense(32, activation='relu', input_dim=ax.shape[1]))
model.add(Dense(16, activation='relu'))
model.add(Dense(1, activation='sigmoid'))
model.compile(optimizer='adam', loss='binary_crossentropy', metrics=['accuracy'])
model.fit(ax, ay, batch_size=20, epochs=100, verbose=0)

score = model.evaluate(qx, qy, verbose=0)
print('Test error: %.2f %%'%(100*(1-score[1])))
model.save('noisynote.keras')
