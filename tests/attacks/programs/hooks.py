# Hooks that break every call made after it has ended.
import builtins
import sys

import numpy as np

QP = np.zeros(898, dtype=int)


def broken(*_, **__):
    raise MemoryError("hooked")


sys.excepthook = broken
sys.unraisablehook = broken
builtins.__import__ = broken
sys.addaudithook(lambda event, _: broken() if event in ("open", "import") else None)
sys.settrace(broken)
sys.setprofile(broken)
