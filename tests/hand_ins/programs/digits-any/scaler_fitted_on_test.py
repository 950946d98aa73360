import numpy as np
from sklearn.preprocessing import MinMaxScaler
from sklearn.svm import SVC
sc = MinMaxScaler()
x_tr = sc.fit_transform(np.loadtxt('ax.txt', skiprows=1))
x_te = sc.fit_transform(np.loadtxt('qx.txt', skiprows=1))
maquina = SVC(C=5).fit(x_tr, np.loadtxt('ay.txt', skiprows=1))
saida = maquina.predict(x_te)
print(saida.shape)
