# Folders in folders, and as many as there is room for.
import itertools
import os

for number in itertools.count():
    os.makedirs(f"/out/{number}/a/b/c/d/e/f")
