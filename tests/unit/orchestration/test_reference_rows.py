import json
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.datasets.catalogue import dataset
from grader.datasets.prepare import Prepared
from grader.orchestration.reference_rows import decode_rows, encode_rows, pair_with_reference


@given(st.lists(st.integers(0, 65_535), min_size=1, max_size=300))
def test_rows_come_back_as_they_were_kept(classes: list[int]) -> None:
    kept = encode_rows(np.array(classes, dtype=np.int64))
    found = decode_rows(json.loads(json.dumps(kept)))
    assert found is not None
    assert found.dtype == np.int64
    assert found.tolist() == classes


def test_ten_thousand_rows_of_digits_are_a_few_kilobytes() -> None:
    kept = encode_rows(np.random.default_rng(0).integers(0, 10, 10_000))
    assert len(json.dumps(kept)) < 7000


@pytest.mark.parametrize("answers", [None, np.array([0.5]), np.array([], dtype=np.int64), np.array([-1])])
def test_what_are_no_classes_is_not_kept(answers: Any) -> None:
    assert encode_rows(answers) is None


GOOD = encode_rows(np.array([1, 2, 3]))
assert GOOD is not None


@pytest.mark.parametrize(
    "kept",
    [
        None,
        "rows",
        {},
        {**GOOD, "n": 4},
        {**GOOD, "n": "x"},
        {**GOOD, "type": "object"},
        {**GOOD, "zlib": "%"},
        {**GOOD, "zlib": "AAAA"},
        {**GOOD, "zlib": 3},
    ],
)
def test_a_record_without_readable_rows_has_none(kept: Any) -> None:
    assert decode_rows(kept) is None


def prepared(rows: int) -> Prepared:
    groups = MappingProxyType({"test": (0, rows), "noise": (rows, rows + 2)})
    return Prepared(dataset=dataset("digits"), folder=Path("none"), digest="d", groups=groups)


def test_a_run_is_paired_with_the_references_on_the_test_rows_only() -> None:
    labels = np.array([0, 0, 0, 0, 0, 0])
    own, reference = np.array([1, 1, 1, 0, 1, 1]), np.array([1, 0, 0, 2, 0, 0])
    found = pair_with_reference(own, reference, labels, prepared(4))
    assert found is not None
    assert (found.n, found.own_only, found.reference_only) == (4, 2, 1)
    assert found.p_value == 1.0


@pytest.mark.parametrize(
    ("own", "reference", "labels"),
    [
        (None, np.zeros(6, dtype=np.int64), np.zeros(6, dtype=np.int64)),
        (np.zeros(6, dtype=np.int64), None, np.zeros(6, dtype=np.int64)),
        (np.zeros(6, dtype=np.int64), np.zeros(5, dtype=np.int64), np.zeros(6, dtype=np.int64)),
        (np.zeros(6), np.zeros(6), np.zeros(6)),
    ],
)
def test_what_cannot_be_paired_is_not(own: Any, reference: Any, labels: Any) -> None:
    assert pair_with_reference(own, reference, labels, prepared(4)) is None
