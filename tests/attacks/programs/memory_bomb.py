# Takes more memory than it may, in many processes.
import os
import time

held = []
for _ in range(16):
    if os.fork() == 0:
        held.append(bytearray(256 << 20))
        time.sleep(300)
time.sleep(300)
