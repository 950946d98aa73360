"""Tables of searches become rows, whoever kept them; what is no table is one word."""

from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.measuring.evidence.trials import read_trials
from grader.readers.refused import Refused


def rows(folder: Path, table: object) -> Any:
    ended: Any = SimpleNamespace(job=SimpleNamespace(out=folder), namespace={"trials": table})
    ask = import_module("grader_harness.job").Ask("trials", ("trials",))
    assert import_module("grader_harness.takers.trials").take(ask, ended) == {"state": "ok"}
    return read_trials((folder / "trials.json").read_bytes(), ["trials"])["trials"]


@pytest.mark.parametrize(
    "table",
    [
        [{"units": 8, "score": 0.5}, {"units": 16, "score": 0.75}],
        {"units": [8, 16], "score": np.array([0.5, 0.75])},
        {"params": [{"units": 8}, {"units": 16}], "mean_test_score": np.array([0.5, 0.75]), "rank": [2, 1]},
    ],
)
def test_lists_of_dicts_columns_and_cv_results_are_one(tmp_path: Path, table: object) -> None:
    assert [(row["units"], float(row["score"])) for row in rows(tmp_path, table)] == [(8, 0.5), (16, 0.75)]


@pytest.mark.parametrize(
    "table",
    [5, "text", {"a": [1], "b": [1, 2]}, {"a": 1}, object(), [1, 2], {"params": [1], "mean_test_score": 0}],
)
def test_what_is_no_table_is_refused_in_words(tmp_path: Path, table: object) -> None:
    read = rows(tmp_path, table)
    assert isinstance(read, Refused)
    assert read.reason.pt != read.reason.en
