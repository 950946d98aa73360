import tensorflow.keras as keras
model = keras.Sequential()
for i in range(3)
    model.add(keras.layers.Dense(10))
