"""Test rows of the statement that were typed into the training are recognised by their values."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.datasets.prepare import Prepared, prepare
from grader.measuring.audits.training import trained_on_asked_rows
from grader.model.message import Message
from grader.worker.apply_model import _typed_map

TRAINING = [[4, 6], [15, 8], [65, 70], [5, 90], [18, 70], [70, 10]]
ASKED = [[20, 6], [3, 50], [75, 55]]


@pytest.fixture(scope="module")
def pele(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return prepare("pele", data_dir=None, cache=tmp_path_factory.mktemp("cache"))


@pytest.mark.parametrize(
    ("fitted", "asked"),
    [
        (TRAINING, 0),
        (np.array(TRAINING) / 100, 0),
        ([*TRAINING, *ASKED], 3),
        ([ASKED[1], *TRAINING[::-1]], 1),
        ([*TRAINING, [4, 50], [15, 99]], 0),
    ],
    ids=["training rows", "scaled", "with all that is asked", "with one of it", "other colours made up"],
)
def test_rows_that_are_asked_are_counted(tmp_path: Path, pele: Prepared, fitted: Any, asked: int) -> None:
    np.save(tmp_path / "fit_inputs.npy", np.array(fitted, dtype="float32"))
    found = _typed_map(tmp_path, pele)
    assert not isinstance(found, Message)
    assert found.asked_rows == asked


def test_they_are_a_finding_for_a_person() -> None:
    assert trained_on_asked_rows(0) is None
    finding = trained_on_asked_rows(3)
    assert finding is not None
    assert (finding.code, "3" in finding.message.en) == ("GR409", True)


def test_outputs_of_typed_numbers_are_what_was_asked_for(tmp_path: Path) -> None:
    swap = prepare("regression", data_dir=None, cache=tmp_path / "cache")
    np.save(tmp_path / "fit_inputs.npy", np.array([[0.1, 0.9], [0.9, 0.1]], dtype="float32"))
    found = _typed_map(tmp_path, swap)
    assert not isinstance(found, Message)
    assert (found.fitted_classes, found.asked_rows) == (None, 0)
    assert found.map.apply(swap.x_graded).tolist() == swap.x_graded.tolist()
