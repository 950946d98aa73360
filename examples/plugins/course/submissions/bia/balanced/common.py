# Nine leaves of ten are common.
import numpy as np

QP = np.zeros(len(np.loadtxt("test.csv", delimiter=",", skiprows=1, usecols=0)), dtype=int)
