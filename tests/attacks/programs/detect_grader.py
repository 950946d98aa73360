# Tells what it can find out about who runs it.
import getpass
import os
import socket
import sys

import numpy as np

print("user", getpass.getuser(), os.getuid(), "host", socket.gethostname(), "cwd", os.getcwd(), sys.argv)
print("environment", sorted(os.environ.items()))
for number in sorted(filter(str.isdigit, os.listdir("/proc")), key=int):
    for part in ("cmdline", "environ", "cgroup", "mountinfo"):
        try:
            print(number, part, open(f"/proc/{number}/{part}").read().replace("\0", " "))
        except OSError as error:
            print(number, part, error.errno)
QP = np.zeros(898, dtype=int)
