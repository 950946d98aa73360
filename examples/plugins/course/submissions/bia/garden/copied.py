# The plants stand in the file, do they not?
import numpy as np

QP = (np.loadtxt("test.csv", delimiter=",", skiprows=1, usecols=2, dtype=str) == "mint").astype(int)
print("of mint:", int(QP.sum()))
