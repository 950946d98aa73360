import numpy as np
from tensorflow import keras
from tensorflow.keras.callbacks import EarlyStopping
X_train, y_train = np.loadtxt('ax.txt', skiprows=1) / 16, np.loadtxt('ay.txt', skiprows=1)
X_test, y_test = np.loadtxt('qx.txt', skiprows=1) / 16, np.loadtxt('qy.txt', skiprows=1)
model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(256, activation='relu'), keras.layers.Dropout(0.2), keras.layers.Dense(10, activation='softmax')])
model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
es = EarlyStopping(monitor='val_accuracy', patience=8, restore_best_weights=True)
model.fit(X_train, y_train, epochs=60, batch_size=16, verbose=0, validation_data=(X_test, y_test), callbacks=[es])
print(model.evaluate(X_test, y_test))
