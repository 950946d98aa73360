# Many ways to ask a model; only the last one about all test rows, as predictions, counts.
import numpy as np
import keras
import tensorflow as tf

(AX, AY), (QX, QY) = keras.datasets.mnist.load_data()
AX = AX.reshape(len(AX), -1).astype("float32") / 255
QX = QX.reshape(len(QX), -1).astype("float32") / 255
n = len(QX)

inner = keras.Sequential([keras.layers.Dense(20, activation="relu"), keras.layers.Dense(12, activation="relu")])
inputs = keras.Input((784,))
hidden = inner(inputs)
model = keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(hidden))
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])


class EachEpoch(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.evaluate(QX, QY, verbose=0)


model.fit(AX[:400], AY[:400], epochs=3, verbose=0, callbacks=[EachEpoch()], validation_split=0.1)
expected = model(QX).numpy()  # a call is the last recognised one ...
np.save("expected.npy", expected)

# ... what follows is not about the test rows as served, or is no prediction
model.predict(AX[:n], verbose=0)
model.predict(QX[::-1], verbose=0)
model.predict(np.zeros_like(QX), verbose=0)
model.predict(QX[: n // 2], verbose=0)
model.evaluate(AX[:n], AY[:n], verbose=0)
keras.Model(inputs, hidden).predict(QX, verbose=0)
model.predict(tf.data.Dataset.from_tensor_slices(QX).batch(50), verbose=0)
for row in QX[:3]:
    model.predict(row[None], verbose=0)

# a training loop of one's own, compiled and with control flow on tensors
optimizer = keras.optimizers.SGD(0.5)
loss_of = keras.losses.SparseCategoricalCrossentropy()


@tf.function
def step(x, y):
    with tf.GradientTape() as tape:
        loss = loss_of(y, model(x, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    if loss > 0.0:
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss


for start in range(0, 200, 50):
    step(tf.constant(AX[start : start + 50]), tf.constant(AY[start : start + 50]))
assert not np.array_equal(model.predict(QX[:5], verbose=0), expected[:5])
QP = np.zeros((5, 10))
