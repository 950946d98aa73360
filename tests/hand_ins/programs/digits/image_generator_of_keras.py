import numpy as np
from keras.preprocessing.image import ImageDataGenerator
X = np.loadtxt('ax.txt', skiprows=1).reshape(-1, 8, 8, 1)
aumenta = ImageDataGenerator(rotation_range=10, rescale=1 / 16)
print(next(aumenta.flow(X, batch_size=4)).shape)
