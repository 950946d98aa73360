import numpy as np, tensorflow as tf
colunas = [tf.contrib.layers.real_valued_column('x', dimension=64)]
print(colunas)
