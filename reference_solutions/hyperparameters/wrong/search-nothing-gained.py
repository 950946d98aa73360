"""Caught by search: the rates drawn are all too small, and the best of them learns less than the default."""

import numpy as np
from scipy.stats import loguniform
from sklearn.datasets import fetch_california_housing
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPRegressor

AX, AY = fetch_california_housing(return_X_y=True)
QX = np.loadtxt("california_housing_test.csv", delimiter=",", skiprows=1)
media, desvio = AX.mean(axis=0), AX.std(axis=0)
AX, QX = (AX - media) / desvio, (QX - media) / desvio
BX, VX, BY, VY = train_test_split(AX, AY, train_size=4000, test_size=2000)


def nota(taxa=0.003):
    return MLPRegressor(hidden_layer_sizes=(32,), learning_rate_init=taxa, batch_size=64, max_iter=4).fit(BX, BY).score(VX, VY)


default_scores = [nota() for _ in range(4)]
trials = [{"taxa": taxa, "score": nota(taxa)} for taxa in loguniform(1e-6, 1e-4).rvs(20)]

QP = MLPRegressor(hidden_layer_sizes=(64, 32), learning_rate_init=0.003, max_iter=15).fit(AX, AY).predict(QX)
