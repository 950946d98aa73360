import h5py
import keras
import numpy as np
import tensorflow as tf
from keras import layers

AX, QX = np.loadtxt("ax.txt", skiprows=1), np.loadtxt("qx.txt", skiprows=1)
AY = keras.utils.to_categorical(np.loadtxt("ay.txt", skiprows=1), 10)
# As honest as any: rows that go through h5py's, numpy's and tf.data's own ways of reading a file.
with h5py.File("rows.h5", "w") as file:
    file.create_dataset("rows", data=AX, chunks=(100, 64), compression="gzip")
with h5py.File("rows.h5") as file:
    assert np.array_equal(file["rows"][:], AX)
np.save("rows.npy", AX)
assert np.array_equal(np.load("rows.npy", mmap_mode="r"), AX)
with tf.io.TFRecordWriter("rows.tfrecord") as file:
    for row in AX:
        file.write(row.tobytes())
records = tf.data.TFRecordDataset("rows.tfrecord", buffer_size=4096).prefetch(2)
assert np.array_equal([np.frombuffer(one) for one in records.as_numpy_iterator()], AX)
assert len(list(tf.data.TextLineDataset("ax.txt").skip(1))) == len(AX)
model = keras.Sequential(
    [
        keras.Input((64,)),
        layers.Rescaling(1 / 16),
        layers.Dense(200, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(AX, AY, epochs=30, batch_size=64, verbose=2)
QP = model.predict(QX, verbose=0)
