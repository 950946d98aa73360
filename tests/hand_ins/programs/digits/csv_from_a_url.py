import pandas as pd
url = "https://raw.githubusercontent.com/alguem/dados/main/digitos.csv"
base = pd.read_csv(url)
print(base.head())
