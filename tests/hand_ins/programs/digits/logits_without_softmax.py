import numpy as np
import tensorflow as tf
X, y = np.loadtxt('ax.txt', skiprows=1) / 16, np.loadtxt('ay.txt', skiprows=1)
Xt, yt = np.loadtxt('qx.txt', skiprows=1) / 16, np.loadtxt('qy.txt', skiprows=1)
model = tf.keras.Sequential([
    tf.keras.Input(shape=(64,)),
    tf.keras.layers.Dense(300, activation='relu'),
    tf.keras.layers.Dropout(.3),
    tf.keras.layers.Dense(10),
])
loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(optimizer='adam', loss=loss_fn, metrics=['accuracy'])
model.fit(X, y, epochs=40, batch_size=16, verbose=0)
logits = model.predict(Xt)
probs = tf.nn.softmax(logits).numpy()
print(probs[0].round(3), 'classe', probs[0].argmax(), 'certa', yt[0])
print('taxa de acerto:', np.mean(probs.argmax(1) == yt))
