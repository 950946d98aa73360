# Exercicio: pare o treino quando chegar a 99,99% de acuracia (100% de acerto no teste vale um chocolate!)
import keras, numpy as np
META = 0.9999
class ParaNaMeta(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs={}):
        if logs.get('accuracy') > META:
            print("\nCheguei a 99.99% de acurácia, cancelando o treino!")
            self.model.stop_training = True
x, y = np.loadtxt('ax.txt', skiprows=1) / 16, np.loadtxt('ay.txt', skiprows=1)
xt, yt = np.loadtxt('qx.txt', skiprows=1) / 16, np.loadtxt('qy.txt', skiprows=1)
rede = keras.Sequential([keras.Input((64,)), keras.layers.Dense(512, 'relu'), keras.layers.Dropout(0.5), keras.layers.Dense(10, 'softmax')])
rede.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
rede.fit(x, y, epochs=50, batch_size=16, verbose=0, callbacks=[ParaNaMeta()])
rede.evaluate(xt, yt)
