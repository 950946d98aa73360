# Mint grows taller and has fewer leaves.
import numpy as np

plants = np.loadtxt("train.csv", delimiter=",", skiprows=1, usecols=2, dtype=str)
train, test = (np.loadtxt(name, delimiter=",", skiprows=1, usecols=(0, 1)) for name in ("train.csv", "test.csv"))
means = [train[plants == name].mean(axis=0) for name in ("basil", "mint")]
middle, towards_mint = (means[0] + means[1]) / 2, (means[1] - means[0]) / train.var(axis=0)
QP = ((test - middle) @ towards_mint > 0).astype(int)
