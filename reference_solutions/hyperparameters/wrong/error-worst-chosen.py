"""Caught by error: the search is good, and the trial with the lowest score is trained."""

import numpy as np
from scipy.stats import loguniform
from sklearn.datasets import fetch_california_housing
from sklearn.model_selection import ParameterSampler, train_test_split
from sklearn.neural_network import MLPRegressor

AX, AY = fetch_california_housing(return_X_y=True)
QX = np.loadtxt("california_housing_test.csv", delimiter=",", skiprows=1)
media, desvio = AX.mean(axis=0), AX.std(axis=0)
AX, QX = (AX - media) / desvio, (QX - media) / desvio
BX, VX, BY, VY = train_test_split(AX, AY, train_size=4000, test_size=2000)


ESPACO = {"learning_rate_init": loguniform(1e-4, 1e-2), "hidden_layer_sizes": [(8,), (32,), (64,)]}


def rede(ajustes):
    return MLPRegressor(**ajustes, batch_size=64, max_iter=5)


default_scores = [rede({"learning_rate_init": 0.0001}).fit(BX, BY).score(VX, VY) for _ in range(3)]
trials = [{**a, "score": rede(a).fit(BX, BY).score(VX, VY)} for a in ParameterSampler(ESPACO, 20)]
pior = min(trials, key=lambda tentativa: tentativa["score"])

QP = rede({nome: pior[nome] for nome in ESPACO}).fit(BX, BY).predict(QX)
