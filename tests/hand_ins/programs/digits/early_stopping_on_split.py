import numpy as np
from tensorflow import keras
from tensorflow.keras import callbacks
X, y = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1)
X_teste, y_teste = np.loadtxt('qx.txt', skiprows=1), np.loadtxt('qy.txt', skiprows=1)
perm = np.random.permutation(len(X))
val, tr = perm[:100], perm[100:]
model = keras.Sequential([keras.Input((64,)), keras.layers.Rescaling(1/16), keras.layers.Dense(256, activation='relu'), keras.layers.BatchNormalization(), keras.layers.Dropout(0.3), keras.layers.Dense(10, activation='softmax')])
model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
parar = [callbacks.EarlyStopping(patience=15, restore_best_weights=True), callbacks.ReduceLROnPlateau(patience=5), callbacks.TerminateOnNaN()]
model.fit(X[tr], y[tr], validation_data=(X[val], y[val]), epochs=60, batch_size=16, verbose=0, callbacks=parar)
acc_val = model.evaluate(X[val], y[val], verbose=0)[1]
acc_teste = model.evaluate(X_teste, y_teste, verbose=0)[1]
print(f'validação {acc_val:.3f}  teste {acc_teste:.3f}')
