import numpy as np
ax, ay = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1).astype(int)
qx, qy = np.loadtxt('qx.txt', skiprows=1), np.loadtxt('qy.txt', skiprows=1).astype(int)
A = np.c_[ax, np.ones(len(ax))]
W = np.linalg.pinv(A) @ np.eye(10)[ay]
QP = (np.c_[qx, np.ones(len(qx))] @ W).argmax(axis=1)
print('erro', (QP != qy).mean())
