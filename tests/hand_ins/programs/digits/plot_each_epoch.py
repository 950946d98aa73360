import numpy as np, keras
import matplotlib.pyplot as plt
class Desenha(keras.callbacks.Callback):
    perdas = []
    def on_epoch_end(self, epoch, logs=None):
        self.perdas.append(logs['loss'])
        if epoch % 10 == 0:
            plt.plot(self.perdas); plt.title(f'epoca {epoch}'); plt.show()
AX, AY = np.loadtxt('ax.txt', skiprows=1) / 16, np.loadtxt('ay.txt', skiprows=1)
model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(256), keras.layers.ReLU(), keras.layers.Dropout(0.2), keras.layers.Dense(10), keras.layers.Softmax()])
model.compile('adam', 'sparse_categorical_crossentropy')
model.fit(AX, AY, epochs=40, batch_size=16, verbose=0, callbacks=[Desenha()])
QP = model.predict(np.loadtxt('qx.txt', skiprows=1) / 16)
