"""Caught by search: twenty trials of five rates only, each four times."""

import numpy as np
from sklearn.datasets import fetch_california_housing
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPRegressor

AX, AY = fetch_california_housing(return_X_y=True)
QX = np.loadtxt("california_housing_test.csv", delimiter=",", skiprows=1)
media, desvio = AX.mean(axis=0), AX.std(axis=0)
AX, QX = (AX - media) / desvio, (QX - media) / desvio
BX, VX, BY, VY = train_test_split(AX, AY, train_size=4000, test_size=2000)


def treina(taxa, epocas=3):
    return MLPRegressor(hidden_layer_sizes=(32,), learning_rate_init=taxa, batch_size=64, max_iter=epocas).fit(BX, BY)


default_scores = [treina(0.0001).score(VX, VY) for _ in range(3)]
trials = [{"taxa": taxa, "score": treina(taxa).score(VX, VY)} for taxa in (0.0003, 0.001, 0.003, 0.01, 0.02) * 4]

QP = MLPRegressor(hidden_layer_sizes=(64, 32), learning_rate_init=0.003, max_iter=15).fit(AX, AY).predict(QX)
