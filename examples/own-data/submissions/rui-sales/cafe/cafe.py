# Tenta a sorte.
import numpy as np

linhas = open("teste.csv", encoding="utf-8").read().split("\n")[1:-1]
y_pred = np.random.default_rng(1).integers(2, size=len(linhas))
