# An alarm that goes off while its evidence is being taken.
import signal

import numpy as np

QP = np.zeros(898, dtype=int)


def alarm(*_):
    raise SystemExit(0)


signal.signal(signal.SIGALRM, alarm)
signal.setitimer(signal.ITIMER_REAL, 0.002, 0.002)
