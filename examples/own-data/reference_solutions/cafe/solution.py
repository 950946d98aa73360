"""Reference: logistic regression on the three measures."""

import numpy as np
from sklearn.linear_model import LogisticRegression

treino = np.genfromtxt("treino.csv", delimiter=",", names=True, dtype=None, encoding="utf-8")
teste = np.genfromtxt("teste.csv", delimiter=",", names=True, dtype=None, encoding="utf-8")
medidas = ("comprimento_mm", "largura_mm", "massa_g")
X, Q = (np.column_stack([tabela[nome] for nome in medidas]) for tabela in (treino, teste))
escala = X.std(axis=0)
y_pred = LogisticRegression().fit(X / escala, treino["especie"]).predict(Q / escala)
