import numpy as np
from tensorflow import keras
(X_full, y_full), (X_test, y_test) = keras.datasets.mnist.load_data()
X_valid, X_train = X_full[-10000:] / 255., X_full[:-10000] / 255.
y_valid, y_train = y_full[-10000:], y_full[:-10000]
model = keras.models.Sequential([keras.layers.Flatten(input_shape=[28, 28]), keras.layers.Dense(20, activation="relu"), keras.layers.Dense(10, activation="softmax")])
model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(X_train, y_train, epochs=1, batch_size=200, verbose=0)
y_pred = np.argmax(model.predict(X_valid, verbose=0), axis=1)
print("validacao:", np.mean(y_pred == y_valid))
print("teste:", model.evaluate(X_test / 255., y_test, verbose=0)[1])
