#digits.py - no estilo da apostila, sem mudar nada
import os; os.environ['TF_CPP_MIN_LOG_LEVEL']='3'
import tensorflow.keras as keras
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Dense
from tensorflow.keras import optimizers
from tensorflow.keras.utils import plot_model
import numpy as np
import sys

AX=np.loadtxt("ax.txt",skiprows=1); AY=np.loadtxt("ay.txt",skiprows=1)
QX=np.loadtxt("qx.txt",skiprows=1); QY=np.loadtxt("qy.txt",skiprows=1)
AX=16-AX; QX=16-QX

nclasses = 10
AY2 = keras.utils.to_categorical(AY, nclasses) # 3 -> 0001000000
QY2 = keras.utils.to_categorical(QY, nclasses)
AX = AX.astype('float32') / 16.0 - 0.5 # -0.5 a +0.5
QX = QX.astype('float32') / 16.0 - 0.5 # -0.5 a +0.5

model = Sequential()
model.add(Dense(400, activation='relu', input_dim=AX.shape[1]))
model.add(Dense(100, activation='relu'))
model.add(Dense(nclasses, activation='softmax'))
plot_model(model, to_file='digits.png', show_shapes=True)
model.summary()
model.compile(optimizer=optimizers.Adam(), loss='categorical_crossentropy', metrics=['accuracy'])
model.fit(AX, AY2, batch_size=20, epochs=30, verbose=2)

score = model.evaluate(QX, QY2, verbose=0)
print('Test loss: %.4f'%(score[0]))
print('Test accuracy: %.2f %%'%(100*score[1]))
print('Test error: %.2f %%'%(100*(1-score[1])))
model.save('digits.keras')
