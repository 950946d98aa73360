from sklearn.datasets import fetch_california_housing
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
dados = fetch_california_housing(as_frame=True)
X_treino, X_teste, y_treino, y_teste = train_test_split(dados.data, dados.target, test_size=0.2, random_state=7)
modelo = Pipeline([('escala', StandardScaler()), ('arvores', HistGradientBoostingRegressor(max_iter=120))])
modelo.fit(X_treino, y_treino)
print('R2', modelo.score(X_teste, y_teste))
