import numpy as np
X = np.loadtxt('ax.txt', skiprows=1); Y = np.loadtxt('ay.txt', skiprows=1).astype(int)
Z = np.loadtxt('qx.txt', skiprows=1); T = np.loadtxt('qy.txt', skiprows=1)
medias = np.array([X[Y == k].mean(axis=0) for k in range(10)])
saida_da_rede = ((Z[:, None, :] - medias[None]) ** 2).sum(axis=2).argmin(axis=1)
print('acertei', (saida_da_rede == T).sum(), 'de', len(T))
