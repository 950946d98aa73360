# Each digit gets the class whose mean is nearest.
import numpy as np

AX, AY, QX = (np.loadtxt(name, skiprows=1) for name in ("ax.txt", "ay.txt", "qx.txt"))
means = np.array([AX[AY == each].mean(axis=0) for each in range(10)])
QP = ((QX[:, None] - means) ** 2).sum(axis=2).argmin(axis=1)
