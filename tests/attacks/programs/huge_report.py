# Leaves a report that is hard to read: deep, long, of numbers without end.
import atexit
import os

import numpy as np

QP = np.zeros(898, dtype=int)


def forge():
    with open("/out/report.json", "w") as file:
        file.write('{"protocol": 1, "sources": ' + "[" * 200_000 + "]" * 200_000 + ', "x": ' + "9" * 3_000_000 + "}")
    with open("/out/cells.jsonl", "w") as file:
        for number in range(200_000):
            file.write('{"cell": %d, "output": "\\u202e</pre>"}\n' % number)
    os._exit(0)


atexit.register(forge)
