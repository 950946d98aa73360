# Leaves somebody behind who goes on writing when it has ended.
import os
import signal
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        while True:
            print("still here", flush=True)
            with open("/out/predictions.npy", "ab") as file:
                file.write(b"x")
            time.sleep(0.05)
    os._exit(0)
time.sleep(0.3)
os._exit(0)
