# Trains with everything random that Keras has; run with and without the harness it must give the same.
import numpy as np
import keras

rng = np.random.default_rng(5)
x = rng.normal(size=(300, 8)).astype("float32")
y = (x[:, 0] * x[:, 1] > 0).astype("int64")
noise = np.random.normal(size=3)  # numpy's global generator
model = keras.Sequential([keras.layers.Dense(16, activation="relu"), keras.layers.Dropout(0.3), keras.layers.Dense(2)])
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile("adam", loss, metrics=["accuracy"])
for _ in range(2):
    history = model.fit(x, y, epochs=2, batch_size=32, verbose=0, validation_split=0.2)
    model.evaluate(x, y, verbose=0)
    p = model.predict(x, verbose=0)
    model(x[:10], training=True)
np.savez("left.npz", noise=noise, p=p, loss=history.history["val_loss"], *model.get_weights())
