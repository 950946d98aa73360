import numpy as np
from sklearn.linear_model import LogisticRegression
X = np.matrix(np.loadtxt('ax.txt', skiprows=1))
Y = np.loadtxt('ay.txt', skiprows=1)
modelo = LogisticRegression(max_iter=50)
modelo.fit(X, Y)
