"""Writes the test rows, without their prices, as a table beside what scikit-learn's loader returns."""

from pathlib import Path

from grader.datasets.arrangement import Arrangement
from grader.datasets.layouts import Layout, write_file
from grader.datasets.prepare import Prepared

TEST = "california_housing_test.csv"
NAMES = (TEST,)


def write(prepared: Prepared, arrangement: Arrangement, into: Path) -> Layout:
    """Write the test rows as served; the loader hands out the training rows alone."""
    rows = prepared.x_graded[arrangement.order].tolist()
    lines = [",".join(prepared.dataset.loads.columns), *(",".join(map(repr, row)) for row in rows), ""]
    write_file(into / "data" / "files" / TEST, "\n".join(lines).encode())
    return Layout(files=(TEST,), test_files=(TEST,))
