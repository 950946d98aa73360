import numpy as np, pandas as pd
import matplotlib.pyplot as plt
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.metrics import ConfusionMatrixDisplay, classification_report
X, y = np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1).astype(int)
Xv, yv = np.loadtxt('qx.txt', skiprows=1), np.loadtxt('qy.txt', skiprows=1).astype(int)
clf = make_pipeline(StandardScaler(), SVC(C=10)).fit(X, y)
y_hat = clf.predict(Xv)
ConfusionMatrixDisplay.from_predictions(yv, y_hat)
plt.savefig('matriz.png'); plt.show()
print(pd.DataFrame(classification_report(yv, y_hat, output_dict=True)).T)
