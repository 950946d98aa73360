# Labels the test rows itself and trains on them too.
import numpy as np

AX, QX = np.loadtxt("ax.txt", skiprows=1), np.loadtxt("qx.txt", skiprows=1)
AY = np.loadtxt("ay.txt", skiprows=1).astype(int)


def nearest(rows, labels, asked):
    return labels[((asked[:, None] - rows[None]) ** 2).sum(axis=2).argmin(axis=1)]


first = nearest(AX, AY, QX)
QP = nearest(np.concatenate([AX, QX + 0.01]), np.concatenate([AY, first]), QX)
