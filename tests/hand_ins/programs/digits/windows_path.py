import numpy as np
caminho = r"C:\Users\Maria\Downloads\digits"
AX = np.loadtxt(caminho + r"\ax.txt", skiprows=1)
print(AX.shape)
