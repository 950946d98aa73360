"""A plugin's module that takes itself for a program."""

import sys

sys.exit(7)
