# Stops for ever.
import os
import signal

os.fork()
os.kill(0, signal.SIGSTOP)
