import seaborn as sns
import numpy as np
import pandas as pd
base = pd.DataFrame(np.loadtxt('ax.txt', skiprows=1))
sns.heatmap(base.corr())
