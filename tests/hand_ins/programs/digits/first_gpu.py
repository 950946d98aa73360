import tensorflow as tf
placas = tf.config.experimental.list_physical_devices('GPU')
tf.config.experimental.set_virtual_device_configuration(placas[0], [tf.config.experimental.VirtualDeviceConfiguration(memory_limit=2048)])
import numpy as np
print(np.loadtxt('ax.txt', skiprows=1).shape)
