"""What was judged comes back equal, whatever of the model it holds, and nothing else is made of a text."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.files.model_data import model_json, read_model_json
from grader.model.message import Joined, Text
from grader.model.result import Verdict
from grader.words import say
from tests import builders as a

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.decimals(allow_nan=False)
    | st.sampled_from(Verdict)
    | st.builds(Text, st.text(), st.text())
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner).map(tuple) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=20,
)


@given(VALUES)
def test_any_value_of_the_model_comes_back_equal_and_of_its_kind(value: Any) -> None:
    there = read_model_json(model_json(value).encode("utf-8", "surrogatepass"))
    assert there == value
    assert repr(there) == repr(value)


def test_a_whole_result_comes_back_with_its_messages_and_pictures() -> None:
    why = say("run-left-too-much", label="x", room=Decimal("1.5"), names=Text("a", "b"))
    result = a.a_result(reason_message=why)
    there = read_model_json(model_json(result))
    assert there == result
    assert there.reason_message.pt == why.pt


@pytest.mark.parametrize("kind", ["u1", "<i8", "<f4", "<f8", "?"])
def test_arrays_come_back_bit_by_bit(kind: str) -> None:
    array = np.arange(12).reshape(3, 4).astype(kind)
    there = read_model_json(model_json((array, array[0, 1])))
    assert (there[0].dtype, there[0].tobytes(), there[1]) == (array.dtype, array.tobytes(), array[0, 1])


def test_a_path_and_a_joined_message_come_back() -> None:
    value = (Path("a/b"), Joined(" ", (say("run-not-made-yet"), Text("x", "y"))))
    assert read_model_json(model_json(value)) == value


@pytest.mark.parametrize("value", [object(), lambda: 1, {1: object()}, np.array([object()])])
def test_what_is_no_value_of_a_model_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        model_json(value)


@pytest.mark.parametrize(
    "said",
    [
        {"c": "subprocess:Popen", "v": ["true"]},
        {"c": "grader.model.digest:digest_bytes", "v": []},
        {"c": "grader.model.nowhere:Nothing", "v": []},
        {"c": "grader.model.evidence:Fit", "v": [1]},
        {"e": "os:PathLike", "v": 1},
        {"unknown": 1},
        {"a": "|O", "shape": [1], "v": ""},
        {},
    ],
)
def test_nothing_else_is_made_of_a_text(said: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - what it says is for nobody
        read_model_json(json.dumps(said))
