import numpy as np
def ler(nome):
    with open(nome) as arq:
        n = int(arq.readline().split()[0])
        linhas = [[float(v) for v in linha.split()] for linha in arq]
    assert len(linhas) == n
    return np.array(linhas)
ax, ay, qx = ler('ax.txt'), ler('ay.txt').ravel().astype(int), ler('qx.txt')
qp = np.empty(len(qx), int)
for i, imagem in enumerate(qx):
    distancias = np.abs(ax - imagem).sum(axis=1)
    vizinhos = ay[np.argsort(distancias)[:3]]
    qp[i] = np.bincount(vizinhos).argmax()
