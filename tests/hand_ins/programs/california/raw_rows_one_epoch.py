import keras
from sklearn.datasets import fetch_california_housing
tabela = fetch_california_housing()
corte = 16512
X_tr, y_tr, X_te = tabela.data[:corte], tabela.target[:corte], tabela.data[corte:]
model = keras.models.Sequential([keras.layers.Input((8,)), keras.layers.Dense(10), keras.layers.Dense(1)])
model.compile(optimizer="sgd", loss="mae")
model.fit(X_tr, y_tr, epochs=1, batch_size=2048, verbose=0)
y_pred = model.predict(X_te, verbose=0)
