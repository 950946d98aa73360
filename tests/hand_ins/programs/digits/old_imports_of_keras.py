import numpy as np
ax, ay = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1).astype(int)
qx, qy = np.loadtxt('qx.txt', skiprows=1), np.loadtxt('qy.txt', skiprows=1).astype(int)
from keras.models import Sequential
from keras.layers import Dense, Activation
from keras.optimizers import Adam
from keras.utils import to_categorical
model = Sequential()
model.add(Dense(200, input_dim=64))
model.add(Activation('relu'))
model.add(Dense(10))
model.add(Activation('softmax'))
model.compile(loss='categorical_crossentropy', optimizer=Adam(learning_rate=0.002), metrics=['accuracy'])
historia = model.fit(ax / 16, to_categorical(ay), epochs=40, batch_size=16, verbose=0)
perda, acc = model.evaluate(qx / 16, to_categorical(qy), verbose=0)
print('Erro: %.2f%%' % (100 * (1 - acc)))
