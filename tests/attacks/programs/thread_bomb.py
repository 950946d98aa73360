# Threads and open files until there are no more; delivers all the same.
import os
import threading

import numpy as np

wait = threading.Event()
try:
    for _ in range(100_000):
        threading.Thread(target=wait.wait, daemon=True).start()
except RuntimeError:
    print("no more threads", flush=True)
files = []
try:
    while True:
        files.append(open("/dev/null"))
except OSError:
    print("no more files", flush=True)
files.clear()
QP = np.zeros(898, dtype=int)
