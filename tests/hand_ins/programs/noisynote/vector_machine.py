import numpy as np
from sklearn.svm import SVC
leitura = lambda f: np.loadtxt(f, skiprows=1)
maquina = SVC(C=30, gamma='scale').fit(leitura('ax.txt'), leitura('ay.txt'))
y_pred = maquina.predict(leitura('qx.txt'))
print('erros: ', (y_pred != leitura('qy.txt')).sum())
