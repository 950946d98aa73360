import gzip, struct
import numpy as np
def imagens(nome):
    with gzip.open(nome, 'rb') as f:
        _, n, l, c = struct.unpack('>IIII', f.read(16))
        return np.frombuffer(f.read(), dtype=np.uint8).reshape(n, l * c)
X_train = imagens('train-images-idx3-ubyte.gz')
print(X_train.shape)
