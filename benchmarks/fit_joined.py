"""CPU of Keras' ``fit`` with its batches joined by the harness ÷ as it is written."""

import json
import os
import subprocess
from pathlib import Path

from benchmarks.fit_joined_inside import NETS
from benchmarks.retraining import THREADS
from grader.running.staging.workspace import harness_folder
from grader.runtimes.catalogue import find_runtime
from grader.wiring import cache_folder

INSIDE = Path(__file__).with_name("fit_joined_inside.py")


def nets() -> tuple[str, ...]:
    """Return the nets that are measured."""
    return tuple(NETS)


def joined_cpu(name: str, pairs: int) -> list[float]:
    """CPU of a ``fit`` with joined batches ÷ as written, its first trace counted in both."""
    python = find_runtime("keras3", cache_folder()).binds[0].source / "bin" / "python"
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": str(harness_folder())}
    done = subprocess.run(
        [str(python), str(INSIDE), name, str(pairs)],
        env={**os.environ, **THREADS, **quiet},
        capture_output=True,
        text=True,
        check=True,
    )
    return [joined / plain for plain, joined in json.loads(done.stdout.splitlines()[-1])]
