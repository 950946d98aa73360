import threading

import numpy as np

AX, QX = np.loadtxt("ax.txt", skiprows=1), np.loadtxt("qx.txt", skiprows=1)
AY = np.loadtxt("ay.txt", skiprows=1).astype(int)
QP = np.zeros(len(QX), dtype="float64")
together = threading.Barrier(128)


def work(part):
    together.wait()
    for number in range(part, len(QX), 128):
        QP[number] = AY[((AX - QX[number]) ** 2).sum(axis=1).argmin()]


threads = [threading.Thread(target=work, args=(part,)) for part in range(128)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
