import numpy as np
ax, ay = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1).astype(int)
qx, qy = np.loadtxt('qx.txt', skiprows=1), np.loadtxt('qy.txt', skiprows=1).astype(int)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.model_selection import cross_val_score
canal = make_pipeline(StandardScaler(), SVC(C=10))
print('5 dobras:', cross_val_score(canal, ax, ay, cv=5).mean())
canal.fit(ax, ay)
print('teste:', canal.score(qx, qy))
