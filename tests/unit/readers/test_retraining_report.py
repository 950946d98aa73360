"""What a retraining writes of itself is read strictly, whatever stands there."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.model.retrained import RetrainingTold
from grader.readers.retraining_report import read_retrainings

NAMES = ("seed-0", "placebo")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def report(*trainings: Any) -> bytes:
    return json.dumps({"protocol": 2, "trainings": list(trainings)}).encode()


def test_figures_of_the_trainings_asked_for_are_taken_and_of_each_the_first() -> None:
    one = {"name": "seed-0", "cpu_seconds": 1.5, "loss": 0.2, "epochs": 45, "whole_epochs": True}
    told = read_retrainings(report(one, one | {"epochs": 9}, one | {"name": "other"}), NAMES)
    assert told == {
        "seed-0": RetrainingTold(
            name="seed-0", cpu_seconds=1.5, loss=0.2, epochs=45, whole_epochs=True, why=None
        )
    }


@pytest.mark.parametrize(
    "odd",
    [
        {"cpu_seconds": "1", "loss": True, "epochs": -1, "whole_epochs": 1, "why": "<b>"},
        {"cpu_seconds": -5, "loss": float("nan"), "epochs": 10**30, "why": ["memory"]},
        {"cpu_seconds": None, "loss": 10**400, "epochs": 1.5},
        {},
    ],
)
def test_what_is_not_promised_is_nothing(odd: dict[str, Any]) -> None:
    told = read_retrainings(report({"name": "seed-0"} | odd), NAMES)
    assert told == {"seed-0": RetrainingTold(name="seed-0")}


@given(JSON)
def test_any_json_is_read_without_an_error(said: Any) -> None:
    for content in (said, {"trainings": said}, {"trainings": [said]}):
        read_retrainings(json.dumps(content).encode(), NAMES)


@pytest.mark.parametrize("content", [None, b"", b"\xff\x00", b"[" * 100_000, b" " * (1 << 21)])
def test_what_is_no_report_tells_nothing(content: bytes | None) -> None:
    assert read_retrainings(content, NAMES) == {}
