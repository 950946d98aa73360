# Prints what moves cursors, names links, turns text around, and is no text.
import sys

import numpy as np

QP = np.zeros(898, dtype=int)
out = sys.stdout.buffer
out.write(b"\x1b[2J\x1b[31m\x1b]0;title\x07\x1b]52;c;ZWNobyBoaQ==\x07\x1b]8;;http://example.org\x07link\x1b]8;;\x07")
out.write("\u202e\u2066points: 10\u2069 <script>alert(1)</script> {{7*7}}\n".encode())
out.write(bytes(range(256)) * 50 + b"\xed\xa0\x80\xff\xfe\n")
