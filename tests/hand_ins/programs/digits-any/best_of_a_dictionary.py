import numpy as np
ax, ay = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1).astype(int)
qx, qy = np.loadtxt('qx.txt', skiprows=1), np.loadtxt('qy.txt', skiprows=1).astype(int)
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.model_selection import cross_val_score
modelos = {'floresta': RandomForestClassifier(100), 'logistica': LogisticRegression(max_iter=2000), 'vizinhos': KNeighborsClassifier(3)}
notas = {nome: cross_val_score(m, ax, ay, cv=3).mean() for nome, m in modelos.items()}
escolhido = max(notas, key=notas.get)
for nome, m in modelos.items():
    m.fit(ax, ay)
    print(nome, notas[nome], m.score(qx, qy))
y_pred = modelos[escolhido].predict(qx)
