# Brings files named like libraries, like the harness, and like what Python reads at its start.
import numpy as np

QP = np.zeros(898, dtype=int)
