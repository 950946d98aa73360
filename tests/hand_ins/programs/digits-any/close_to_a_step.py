import numpy as np
from sklearn.linear_model import RidgeClassifier
ax, ay, qx, qy = [np.loadtxt(n + '.txt', skiprows=1) for n in 'ax ay qx qy'.split()]
ridge = RidgeClassifier(alpha=20).fit(ax, ay)
QP = ridge.predict(qx)
print(int((QP != qy).sum()), 'erros')
