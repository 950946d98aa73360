import tensorflow as tf
import numpy as np
from tf.keras.layers import Dense, Flatten
print(Dense, Flatten)
