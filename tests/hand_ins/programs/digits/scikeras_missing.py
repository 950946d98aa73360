import numpy as np
from scikeras.wrappers import KerasClassifier
from sklearn.model_selection import GridSearchCV
print(GridSearchCV(KerasClassifier(), {'batch_size': [10, 20]}))
