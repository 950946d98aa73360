import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.metrics import confusion_matrix, accuracy_score
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Dense
base = pd.read_csv('data_banknote_authentication.txt', header=None, names=['variancia', 'assimetria', 'curtose', 'entropia', 'classe'])
X, y = base.iloc[:, :4].values, base['classe'].values
X_treinamento, X_teste, y_treinamento, y_teste = train_test_split(X, y, test_size=0.25, random_state=0)
sc = StandardScaler()
X_treinamento = sc.fit_transform(X_treinamento)
X_teste = sc.transform(X_teste)
rede = Sequential([Dense(12, activation='relu', input_dim=4), Dense(6, activation='relu'), Dense(1, activation='sigmoid')])
rede.compile(optimizer='adam', loss='binary_crossentropy', metrics=['accuracy'])
rede.fit(X_treinamento, y_treinamento, epochs=40, batch_size=10, verbose=0)
previsoes = rede.predict(X_teste) > 0.5
print(confusion_matrix(y_teste, previsoes), accuracy_score(y_teste, previsoes))
