"""What processor this machine has: the same program may come out differently on another."""

import os
import platform
from functools import cache
from pathlib import Path

_LONGEST = 100


@cache
def processor_model(root: Path = Path("/")) -> str:
    """Return the processor's name as the kernel tells it, else its architecture."""
    try:
        lines = (root / "proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":") for line in lines)
    model = next((value.strip() for key, _, value in named if key.strip() == "model name"), "")
    return " ".join(model.split())[:_LONGEST] or platform.machine() or "unknown"


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))
