from sklearn.ensemble import ExtraTreesClassifier
import numpy as np
clf = ExtraTreesClassifier(n_estimators=300)
clf.fit(np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1))
print('Precisao do modelo: ', clf.score(np.loadtxt('qx.txt', skiprows=1), np.loadtxt('qy.txt', skiprows=1)))
