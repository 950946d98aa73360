import sys

import numpy as np

AX, QX = np.loadtxt("ax.txt", skiprows=1), np.loadtxt("qx.txt", skiprows=1)
AY = np.loadtxt("ay.txt", skiprows=1).astype(int)
QP = np.zeros(len(QX), dtype="int64")
try:
    from tqdm import tqdm
except ImportError:

    def tqdm(things):
        for done, thing in enumerate(things):
            sys.stderr.write(f"\r{done:4d}/898 |{'#' * (done // 20):45s}|")
            yield thing


for number in tqdm(range(len(QX))):
    QP[number] = AY[((AX - QX[number]) ** 2).sum(axis=1).argmin()]
