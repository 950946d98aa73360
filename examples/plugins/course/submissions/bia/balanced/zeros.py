import numpy as np

QP = np.zeros(len(np.loadtxt("qx.txt", skiprows=1)), dtype=int)
