import numpy as np
ax, ay = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1).astype(int)
qx, qy = np.loadtxt('qx.txt', skiprows=1), np.loadtxt('qy.txt', skiprows=1).astype(int)
import keras
melhor, guardado = 0, None
for n in (16, 256, 8):
    m = keras.Sequential([keras.Input((64,)), keras.layers.Rescaling(1 / 16), keras.layers.Dense(n, activation='relu'), keras.layers.Dense(10, activation='softmax')])
    m.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
    h = m.fit(ax, ay, validation_split=0.1, epochs=30, batch_size=16, verbose=0)
    nota = h.history['val_accuracy'][-1]
    p = m.predict(qx, verbose=0).argmax(axis=1)
    print(n, 'neuronios', nota)
    if nota > melhor:
        melhor, guardado = nota, p
y_pred = guardado
