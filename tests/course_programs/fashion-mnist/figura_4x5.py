#figura_4x5.py - Fashion-MNIST com rede densa, 20 primeiras imagens de teste
import os; os.environ['TF_CPP_MIN_LOG_LEVEL']='3'
import tensorflow.keras as keras
from tensorflow.keras.datasets import fashion_mnist
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Dense, Flatten
from tensorflow.keras import optimizers
import matplotlib.pyplot as plt
import numpy as np
import sys

(AX, AY), (QX, QY) = fashion_mnist.load_data()
ax = AX.astype('float32') / 255.0
qx = QX.astype('float32') / 255.0
nclasses = 10
AY2 = keras.utils.to_categorical(AY, nclasses)
QY2 = keras.utils.to_categorical(QY, nclasses)

model = Sequential()
model.add(Flatten(input_shape=(28,28)))
model.add(Dense(400, activation='relu'))
model.add(Dense(100, activation='relu'))
model.add(Dense(nclasses, activation='softmax'))
model.compile(optimizer='adam', loss='categorical_crossentropy', metrics=['accuracy'])
model.fit(ax, AY2, batch_size=100, epochs=8, verbose=2)

score = model.evaluate(qx, QY2, verbose=0)
print('Test error: %.2f %%'%(100*(1-score[1])))
QP = model.predict(qx, verbose=0).argmax(axis=1)

nomes = ['camiseta','calca','pulover','vestido','casaco','sandalia','camisa','tenis','bolsa','bota']
f = plt.figure(figsize=(8,7))
for i in range(20):
    f.add_subplot(4,5,i+1)
    plt.imshow(QX[i], cmap='gray_r')
    plt.axis('off')
    plt.text(0,-3,nomes[QY[i]],color='b')
    plt.text(0,31,nomes[QP[i]],color='r')
plt.savefig('fashion.png')
plt.show()
