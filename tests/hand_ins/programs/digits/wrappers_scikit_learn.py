import numpy as np
from keras.models import Sequential
from keras.layers import Dense
from keras.wrappers.scikit_learn import KerasClassifier
from sklearn.model_selection import cross_val_score
def cria():
    r = Sequential([Dense(30, activation='relu', input_dim=64), Dense(10, activation='softmax')])
    r.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
    return r
print(cross_val_score(KerasClassifier(build_fn=cria, epochs=5), np.loadtxt('ax.txt', skiprows=1), np.loadtxt('ay.txt', skiprows=1), cv=3))
