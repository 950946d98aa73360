import tensorflow as tf
import numpy as np
train_images = np.loadtxt("ax.txt", skiprows=1).reshape(-1, 8, 8) / 16.0
train_labels = np.loadtxt("ay.txt", skiprows=1).astype(int)
test_images = np.loadtxt("qx.txt", skiprows=1).reshape(-1, 8, 8) / 16.0
test_labels = np.loadtxt("qy.txt", skiprows=1).astype(int)
model = tf.keras.Sequential([
    tf.keras.layers.Flatten(input_shape=(8, 8)),
    tf.keras.layers.Dense(256, activation='relu'),
    tf.keras.layers.Dense(10)
])
model.compile(optimizer='adam', loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=['accuracy'])
model.fit(train_images, train_labels, epochs=40, batch_size=16, verbose=0)
test_loss, test_acc = model.evaluate(test_images, test_labels, verbose=2)
print('\nTest accuracy:', test_acc)
probability_model = tf.keras.Sequential([model, tf.keras.layers.Softmax()])
predictions = probability_model.predict(test_images)
print(np.argmax(predictions[0]), test_labels[0])
