import tensorflow as tf
from sklearn.datasets import fetch_california_housing
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
housing = fetch_california_housing()
X_train_full, X_test, y_train_full, y_test = train_test_split(housing.data, housing.target, random_state=42)
X_train, X_valid, y_train, y_valid = train_test_split(X_train_full, y_train_full, random_state=42)
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_valid, X_test = scaler.transform(X_valid), scaler.transform(X_test)
model = tf.keras.Sequential([tf.keras.layers.Input(X_train.shape[1:]), tf.keras.layers.Dense(40, activation="relu"), tf.keras.layers.Dense(1)])
model.compile(loss="mse", optimizer=tf.keras.optimizers.Adam(0.005))
model.fit(X_train, y_train, epochs=5, batch_size=64, validation_data=(X_valid, y_valid), verbose=0)
mse_test = model.evaluate(X_test, y_test, verbose=0)
print("mse de teste", mse_test)
