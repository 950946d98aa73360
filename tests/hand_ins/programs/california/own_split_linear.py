import numpy as np
from sklearn.datasets import fetch_california_housing
from sklearn.model_selection import train_test_split
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_squared_error, r2_score
casas = fetch_california_housing()
X_train, X_test, y_train, y_test = train_test_split(casas.data, casas.target, test_size=0.2, random_state=0)
reg = LinearRegression()
reg.fit(X_train, y_train)
y_pred = reg.predict(X_test)
print('RMSE:', np.sqrt(mean_squared_error(y_test, y_pred)), 'R2:', r2_score(y_test, y_pred))
