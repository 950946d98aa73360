from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC
from sklearn.metrics import accuracy_score
d = load_digits()
X_tr, X_te, y_tr, y_te = train_test_split(d.data, d.target, test_size=0.3, random_state=7)
svm = SVC(gamma=0.001).fit(X_tr, y_tr)
y_pred = svm.predict(X_te)
print('acuracia', accuracy_score(y_te, y_pred))
