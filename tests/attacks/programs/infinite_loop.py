# Never ends, whatever it is told. What wants a processor all the time may be kept from it by the rest of a
# class on a busy machine, which is nobody's fault; so it takes a breath.
import signal
import time

for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    time.sleep(0.01)
