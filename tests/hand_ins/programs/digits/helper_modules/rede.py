from tensorflow.keras import layers, Sequential

def criar(entradas):
    m = Sequential([layers.Input((entradas,)), layers.Dense(256, activation="relu"), layers.Dropout(0.25), layers.Dense(10, activation="softmax")])
    m.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return m
