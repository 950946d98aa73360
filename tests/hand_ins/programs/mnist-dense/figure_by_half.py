import numpy as np, keras
import matplotlib.pyplot as plt
(ax, ay), (qx, qy) = keras.datasets.mnist.load_data()
ax, qx = ax.reshape(-1, 784).astype('float32') / 255, qx.reshape(-1, 784).astype('float32') / 255
ay2, qy2 = keras.utils.to_categorical(ay), keras.utils.to_categorical(qy)
rede = keras.Sequential([keras.layers.Input((784,)), keras.layers.Dense(32, activation='sigmoid'), keras.layers.Dense(10, activation='sigmoid')])
rede.compile(optimizer='adam', loss='mse', metrics=['accuracy'])
rede.fit(ax, ay2, epochs=1, batch_size=256, verbose=0)
certos = rede.predict(qx, verbose=0) > 0.5
for i in range(6):
    plt.subplot(2, 3, i + 1); plt.imshow(qx[i].reshape(28, 28)); plt.title(str(np.flatnonzero(certos[i])))
plt.show()
print('Erro = %.2f%%' % (100 * np.mean(rede.predict(qx, verbose=0).argmax(1) != qy)))
