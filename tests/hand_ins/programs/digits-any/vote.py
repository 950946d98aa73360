import numpy as np
ax, ay = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1).astype(int)
qx, qy = np.loadtxt('qx.txt', skiprows=1), np.loadtxt('qy.txt', skiprows=1).astype(int)
from sklearn.ensemble import VotingClassifier, ExtraTreesClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC
voto = VotingClassifier([('k', KNeighborsClassifier(3)), ('s', SVC()), ('e', ExtraTreesClassifier(60))])
voto.fit(ax, ay)
print('acertos', (voto.predict(qx) == qy).mean())
