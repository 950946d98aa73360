# Vizinhos mais próximos, só com numpy.
import csv

import numpy as np


def le(nome):
    with open(nome, encoding="utf-8") as arquivo:
        linhas = list(csv.DictReader(arquivo))
    X = np.array([[float(l["comprimento_mm"]), float(l["largura_mm"]), float(l["massa_g"])] for l in linhas])
    return X, [l.get("especie") for l in linhas]


AX, ay = le("treino.csv")
QX, _ = le("teste.csv")
media, desvio = AX.mean(axis=0), AX.std(axis=0)
AX, QX = (AX - media) / desvio, (QX - media) / desvio
y_pred = []
for q in QX:
    perto = np.argsort(((AX - q) ** 2).sum(axis=1))[:9]
    nomes = [ay[i] for i in perto]
    y_pred.append(max(set(nomes), key=nomes.count))
print("vizinhos:", len(y_pred))
