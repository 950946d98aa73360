from sklearn.neighbors import KNeighborsClassifier
import numpy as np
treino_x, treino_y = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1)
teste_x, teste_y = np.loadtxt('qx.txt', skiprows=1), np.loadtxt('qy.txt', skiprows=1)
melhor = (0, None)
for k in range(1, 12, 2):
    knn = KNeighborsClassifier(n_neighbors=k, weights='distance').fit(treino_x, treino_y)
    taxa = knn.score(teste_x, teste_y)
    print('k =', k, 'acerto =', taxa)
    if taxa > melhor[0]:
        melhor = (taxa, k)
knn = KNeighborsClassifier(n_neighbors=melhor[1], weights='distance').fit(treino_x, treino_y)
qp = knn.predict(teste_x)
