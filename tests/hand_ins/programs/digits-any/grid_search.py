import numpy as np
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC
treino, alvo = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1)
busca = GridSearchCV(SVC(), {'gamma': [1e-4, 1e-3, 1e-2], 'C': [1, 10]}, cv=3, n_jobs=2)
busca.fit(treino, alvo)
print(busca.best_params_, busca.best_score_)
previsto = busca.best_estimator_.predict(np.loadtxt('qx.txt', skiprows=1))
print(previsto[:20])
