import numpy as np
AX, AY = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1).astype(int)
QX = np.loadtxt('qx.txt', skiprows=1)
centros = AX[np.random.permutation(len(AX))[:600]]
def camada_escondida(X, gama=0.001):
    d2 = (X ** 2).sum(1)[:, None] - 2 * X @ centros.T + (centros ** 2).sum(1)[None]
    return np.exp(-gama * d2)
H = camada_escondida(AX)
D = np.eye(10)[AY]
# minimos quadrados com um pouco de regularizacao
W = np.linalg.solve(H.T @ H + 0.01 * np.eye(H.shape[1]), H.T @ D)
print('erro de treino', (H @ W - D).std())
QP = (camada_escondida(QX) @ W).argmax(axis=1)
