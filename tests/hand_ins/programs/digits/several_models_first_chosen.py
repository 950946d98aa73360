import numpy as np, keras
dados = [np.loadtxt(f'{n}.txt', skiprows=1) for n in ['ax', 'ay', 'qx', 'qy']]
def monta(camadas, epocas):
    m = keras.Sequential([keras.Input((64,)), keras.layers.Rescaling(1 / 16)])
    for n in camadas:
        m.add(keras.layers.Dense(n, activation='relu'))
    m.add(keras.layers.Dense(10, activation='softmax'))
    m.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
    m.fit(dados[0], dados[1], epochs=epocas, batch_size=16, verbose=0)
    return m
grande = monta([256, 256], 35)
y_pred = grande.predict(dados[2], verbose=0).argmax(axis=1)
pequena = monta([6], 3)
print('grande', (y_pred == dados[3]).mean())
print('pequena', pequena.evaluate(dados[2], dados[3], verbose=0)[1])
