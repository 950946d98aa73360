# Regressão logística, máximo de 500 iterações
import numpy as np
from sklearn.svm import SVC
le = lambda n: np.loadtxt(n, skiprows=1)
previsão = SVC(kernel='poly').fit(le('ax.txt'), le('ay.txt')).predict(le('qx.txt'))
QP = previsão
print('precisão e acurácia: à parte')
