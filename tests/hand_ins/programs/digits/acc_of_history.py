import numpy as np, keras
import matplotlib.pyplot as plt
from keras import layers
QX, QY = np.loadtxt('qx.txt', skiprows=1), np.loadtxt('qy.txt', skiprows=1)
AX, AY = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1)
rede = keras.Sequential([layers.Input((64,)), layers.Rescaling(1.0 / 16), layers.Dense(220, activation='relu'), layers.Dropout(0.3), layers.Dense(10, activation='softmax')])
rede.compile(optimizer='nadam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
h = rede.fit(AX, AY, epochs=45, validation_split=0.05, batch_size=25, verbose=0)
print(rede.evaluate(QX, QY, verbose=0))
plt.plot(h.history['acc'])
plt.plot(h.history['val_acc'])
plt.show()
