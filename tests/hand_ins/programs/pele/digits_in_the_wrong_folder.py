import numpy as np
from sklearn.neighbors import KNeighborsClassifier
AX, AY = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1)
QP = KNeighborsClassifier().fit(AX, AY).predict(np.loadtxt('qx.txt', skiprows=1))
