import numpy as np

def carregar():
    partes = []
    for letra in "aq":
        partes.append((np.loadtxt(letra + "x.txt", skiprows=1) / 16, np.loadtxt(letra + "y.txt", skiprows=1)))
    return partes
