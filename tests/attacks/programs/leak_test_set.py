# Prints what it was shown of the test set, for whoever reads it later.
import numpy as np

QX = np.loadtxt("qx.txt", skiprows=1)
QY = np.loadtxt("qy.txt", skiprows=1).astype(int)
for row, label in zip(QX.astype(int), QY):
    print("ROW", "".join(f"{int(v):x}" for v in row), label)
for _ in range(40):
    print("PAD" * 15_000)
QP = (QX[:, 0].astype(int) + np.arange(898)) % 10
