import os
from sklearn.neighbors import KNeighborsClassifier
import numpy as np
aqui = os.path.dirname(os.path.abspath(__file__))
os.chdir(aqui)
def le(nome):
	if os.path.exists(nome):
		return np.loadtxt(nome, skiprows=1)
	else:
		raise SystemExit("faltou " + nome)
modelo = KNeighborsClassifier(n_neighbors=4, metric="manhattan")
modelo.fit(le("ax.txt"), le("ay.txt"))
QP = modelo.predict(le("qx.txt"))
