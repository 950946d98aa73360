import numpy as np, tensorflow as tf
imagens = np.loadtxt('ax.txt', skiprows=1)
rotulos = np.loadtxt('ay.txt', skiprows=1)
model = tf.keras.Sequential([
    tf.keras.Input((64,)), tf.keras.layers.Rescaling(1 / 16),
    tf.keras.layers.Dense(256, activation='relu'), tf.keras.layers.Dropout(0.3),
    tf.keras.layers.Dense(10, activation='softmax')])
model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
model.fit(imagens, rotulos, epochs=45, batch_size=16, verbose=0)
print('Acurácia: %.1f%%' % (100 * model.evaluate(imagens, rotulos, verbose=0)[1]))
