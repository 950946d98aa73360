import numpy as np
from keras import models, layers, optimizers
ax = np.loadtxt('ax.txt', skiprows=1)
ay = np.loadtxt('ay.txt', skiprows=1)
net = models.Sequential()
net.add(layers.Dense(32, activation='sigmoid', input_shape=(64,)))
net.add(layers.Dense(10, activation='softmax'))
net.compile(loss='sparse_categorical_crossentropy', optimizer=optimizers.SGD(lr=0.05, momentum=0.9))
net.fit(ax, ay, epochs=5)
