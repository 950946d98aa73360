import numpy as np
from kerastuner_tensorflow import RandomSearch
print(RandomSearch)
