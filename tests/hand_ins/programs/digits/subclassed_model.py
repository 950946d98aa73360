import numpy as np, tensorflow as tf

class MinhaRede(tf.keras.Model):
    def __init__(self, n=192):
        super().__init__()
        self.oculta = tf.keras.layers.Dense(n, activation='relu')
        self.drop = tf.keras.layers.Dropout(0.2)
        self.saida = tf.keras.layers.Dense(10, activation='softmax')
    def call(self, x, training=False):
        return self.saida(self.drop(self.oculta(x), training=training))

ax, ay, qx, qy = [np.loadtxt(n, skiprows=1) for n in ('ax.txt', 'ay.txt', 'qx.txt', 'qy.txt')]
model = MinhaRede()
model.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
model.fit(ax / 16, ay, epochs=45, batch_size=32, verbose=0)
y_pred = np.argmax(model.predict(qx / 16), axis=-1)
print((y_pred == qy).mean())
