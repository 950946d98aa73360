# Wants things from the network.
import os
import socket
import subprocess
import sys
import urllib.request

print("pip", os.system("pip install a-package-of-mine"))
print("wget", os.system("wget -T 3 http://192.0.2.1/weights.h5"))
subprocess.run([sys.executable, "-m", "pip", "install", "another"], check=False)
socket.setdefaulttimeout(3)
for address in (("192.0.2.1", 80), ("169.254.169.254", 80), ("127.0.0.1", 22), ("2001:db8::1", 80)):
    try:
        socket.create_connection(address)
        print("CONNECTED", address)
    except OSError as error:
        print("refused", error.errno)
urllib.request.urlopen("http://example.org/labels.csv", timeout=3)
