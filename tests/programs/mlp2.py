#mlp2.py - programa 5 da apostila, com poucas epocas
import os; os.environ['TF_CPP_MIN_LOG_LEVEL']='3'
import tensorflow.keras as keras
from keras.datasets import mnist
from keras.models import Sequential
from keras.layers import Dense, Dropout, Flatten
from keras import optimizers
import numpy as np
import sys
from time import time

(AX, AY), (QX, QY) = mnist.load_data() #AX [60000,28,28] AY [60000,]
AX=255-AX; QX=255-QX

nclasses = 10
AY2 = keras.utils.to_categorical(AY, nclasses)
QY2 = keras.utils.to_categorical(QY, nclasses)

nl, nc = AX.shape[1], AX.shape[2] #28, 28
AX = AX.astype('float32') / 255.0 # 0 a 1
QX = QX.astype('float32') / 255.0 # 0 a 1

model = Sequential()
model.add(Flatten(input_shape=(nl,nc)))
model.add(Dense(64, activation='relu'))
model.add(Dense(nclasses, activation='softmax'))

from tensorflow.keras.utils import plot_model
plot_model(model, to_file='mlp2.png', show_shapes=True); model.summary()

opt=optimizers.Adam()
model.compile(optimizer=opt, loss='categorical_crossentropy', metrics=['accuracy'])
t0=time()
model.fit(AX, AY2, batch_size=100, epochs=3, verbose=2, validation_data=(QX, QY2))
t1=time(); print("Tempo de treino: %.2f s"%(t1-t0))

score = model.evaluate(QX, QY2, verbose=False)
print('Test loss: %.4f'%(score[0]))
print('Test accuracy: %.2f %%'%(100*score[1]))
print('Test error: %.2f %%'%(100*(1-score[1])))
t2=time()
QP2=model.predict(QX); QPC=np.argmax(QP2,axis=-1)
t3=time(); print("Tempo de predicao: %.2f s"%(t3-t2))
nerro=np.count_nonzero(QPC!=QY)
print("nerro=%d"%(nerro))
model.save('mlp2.keras')
