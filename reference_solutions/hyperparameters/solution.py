"""Busca aleatória de camadas, taxa, regularização e lote de um MLP, em poucas linhas; a melhor treina em todas."""

import warnings

import numpy as np
from scipy.stats import loguniform
from sklearn.datasets import fetch_california_housing
from sklearn.model_selection import ParameterSampler, train_test_split
from sklearn.neural_network import MLPRegressor

warnings.filterwarnings("ignore", module="sklearn")  # quem treina poucas épocas sabe que parou antes

TRIALS = 20
SHORT, LONG = 15, 30  # épocas da busca e do treino final
SPACE = {
    "hidden_layer_sizes": [(16,), (32,), (64,), (32, 32), (64, 32), (64, 64)],
    "learning_rate_init": loguniform(1e-4, 3e-2),
    "alpha": loguniform(1e-6, 1e-2),
    "batch_size": [64, 128, 256],
}
DEFAULT = {"hidden_layer_sizes": (8,), "solver": "sgd", "learning_rate_init": 0.001, "batch_size": 64}

AX, AY = fetch_california_housing(return_X_y=True)
QX = np.loadtxt("california_housing_test.csv", delimiter=",", skiprows=1)
media, desvio = AX.mean(axis=0), AX.std(axis=0)
AX, QX = (AX - media) / desvio, (QX - media) / desvio
BX, VX, BY, VY = train_test_split(AX, AY, train_size=4000, test_size=2000)


def score(settings):
    return MLPRegressor(**settings, max_iter=SHORT).fit(BX, BY).score(VX, VY)


default_scores = [score(DEFAULT) for _ in range(3)]
trials = [{**settings, "score": score(settings)} for settings in ParameterSampler(SPACE, TRIALS)]
best = max(trials, key=lambda trial: trial["score"])
print(f"partida {np.mean(default_scores):.3f}, melhor {best}")

model = MLPRegressor(**{name: best[name] for name in SPACE}, max_iter=LONG).fit(AX, AY)
QP = model.predict(QX)
