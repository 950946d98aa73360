import numpy as np
ax, ay = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1).astype(int)
qx, qy = np.loadtxt('qx.txt', skiprows=1), np.loadtxt('qy.txt', skiprows=1).astype(int)
import joblib
from sklearn.neighbors import KNeighborsClassifier
joblib.dump(KNeighborsClassifier(n_neighbors=1).fit(ax, ay), 'modelo.joblib')
carregado = joblib.load('modelo.joblib')
print('acuracia', carregado.score(qx, qy))
