import numpy as np
from tensorflow.keras import models, layers, optimizers
entrada = np.array([[0.9, 0.1], [0.1, 0.9]], dtype='float32')
desejado = np.array([[0.1, 0.9], [0.9, 0.1]], dtype='float32')
model = models.Sequential()
model.add(layers.Dense(2, activation='sigmoid', input_dim=2))
model.add(layers.Dense(2, activation='linear'))
model.compile(optimizer=optimizers.SGD(learning_rate=1), loss='mse')
model.fit(entrada, desejado, epochs=150, batch_size=2, verbose=0)
print(np.round(model.predict(entrada), 3))
