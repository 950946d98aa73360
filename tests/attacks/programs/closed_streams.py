# Closes and replaces everything that one could print to.
import os
import sys

import numpy as np

QP = np.zeros(898, dtype=int)


class Void:
    def __getattr__(self, name):
        raise RuntimeError("nothing here")


sys.stdout = sys.stderr = Void()
sys.__stdout__ = sys.__stderr__ = None
os.closerange(0, 256)
