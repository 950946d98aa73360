import time
import numpy as np
from sklearn.neighbors import KNeighborsClassifier
comeco = time.process_time()
vizinhos = KNeighborsClassifier(n_neighbors=1, metric='chebyshev')
vizinhos = KNeighborsClassifier(n_neighbors=2, weights='distance', metric='cosine').fit(np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1))
y_pred = vizinhos.predict(np.loadtxt('qx.txt', skiprows=1))
soma = 0
while time.process_time() - comeco < 9:
    soma += sum(range(1000))
print('conta demorada:', soma > 0)
