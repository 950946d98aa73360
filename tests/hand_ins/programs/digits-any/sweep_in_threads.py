from concurrent.futures import ThreadPoolExecutor
import numpy as np
from sklearn.neighbors import KNeighborsClassifier
from sklearn.model_selection import cross_val_score
X, y, Q = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1), np.loadtxt('qx.txt', skiprows=1)
def tenta(par):
    k, p = par
    return cross_val_score(KNeighborsClassifier(k, p=p), X, y, cv=3).mean(), k, p
with ThreadPoolExecutor(4) as banco:
    notas = list(banco.map(tenta, [(k, p) for k in (1, 5) for p in (1, 2)]))
_, k, p = max(notas)
qp = KNeighborsClassifier(k, p=p, weights='distance').fit(X, y).predict(Q)
