"""Which libraries a run could find loaded already, and what in a program speaks against it."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from grader.model.run import Bind, Cold, StagedFile, WarmStart
from grader.running.owned_names import is_ours

MODULES = (
    *("numpy", "scipy.stats", "pandas", "matplotlib.pyplot", "matplotlib_inline.backend_inline", "IPython"),
    *(f"sklearn.{part}" for part in (
        "datasets", "linear_model", "neural_network", "ensemble", "neighbors", "svm", "tree", "naive_bayes",
        "discriminant_analysis", "model_selection", "preprocessing", "pipeline", "metrics", "decomposition",
        "cluster",
    )),
    *("tensorflow", "keras", "keras._tf_keras.keras", "tf_keras"),
)  # fmt: skip
"""What most programs of a course import, and what we look at them with; where it is installed."""
_SETS_VARIABLES = re.compile(rb"environ|putenv|%\s*(set_)?env\b|\bexport\s")
_HARMLESS = re.compile(
    rb"""os\.environ\[\s*\\?["'](TF_CPP_MIN_LOG_LEVEL|CUDA_VISIBLE_DEVICES)\\?["']\s*\]\s*=\s*\\?["']-?\d?\\?["']"""
)
"""What the course text's programs begin with: how much TensorFlow logs, and which GPU: here is none, and
a run on one starts cold. In a notebook quotes may stand behind a backslash."""
_READ_BY_PYTHON = (".py", ".ipynb")
_LONGEST = 20 << 20


def warm_start(runtime_binds: Sequence[Bind], files: Sequence[StagedFile] = ()) -> WarmStart:
    """Return how a run of ``files`` in a runtime could be started warm, and what in them forbids it."""
    return WarmStart(
        modules=MODULES,
        standing=tuple(bind for bind in runtime_binds if not is_ours(bind.source)),
        unless=Cold.ENVIRONMENT if any(map(_sets_variables, files)) else None,
        names=frozenset(part for file in files for part in _names_of(file)),
    )


def _sets_variables(file: StagedFile) -> bool:
    """Return whether a program speaks of environment variables that libraries read while they load."""
    if not file.name.endswith(_READ_BY_PYTHON):
        return False
    with file.source.open("rb") as content:
        return _SETS_VARIABLES.search(_HARMLESS.sub(b"", content.read(_LONGEST))) is not None


def _names_of(file: StagedFile) -> Sequence[str]:
    """Return the modules that Python could import from a file or from the folders that it lies in."""
    path = PurePosixPath(file.name)
    return (*path.parts[:-1], path.name.partition(".")[0])
