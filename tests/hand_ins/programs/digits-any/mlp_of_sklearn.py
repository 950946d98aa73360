from sklearn.neural_network import MLPClassifier
from sklearn.metrics import accuracy_score, confusion_matrix
import numpy as np
X_train, y_train = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1)
X_test, y_test = np.loadtxt('qx.txt', skiprows=1), np.loadtxt('qy.txt', skiprows=1)
mlp = MLPClassifier(hidden_layer_sizes=(150,), max_iter=400, alpha=1e-3)
mlp.fit(X_train / 16, y_train)
y_pred = mlp.predict(X_test / 16)
print('Acurácia: %.4f' % accuracy_score(y_test, y_pred))
print(confusion_matrix(y_test, y_pred))
