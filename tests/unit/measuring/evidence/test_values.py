"""Variables cross as they are, or with the reason why not; no object of a program's own crosses."""

import base64
import json
import threading
import tracemalloc
from collections import Counter, OrderedDict
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from grader.measuring.evidence.values import MAX_DEPTH, MAX_ITEMS, TooLarge, read_values
from grader.readers.refused import Refused
from tests.crossing import carried, same, written
from tests.fakes import npy

DTYPES = [f"{order}{kind}" for kind in ("i2", "i4", "i8", "u2", "u8", "f2", "f4", "f8") for order in "<>"]
DTYPES += ["?", "i1", "u1"]
SHAPES = st.lists(st.integers(0, 4), max_size=4).map(tuple)
NUMBERS = st.sampled_from(DTYPES).flatmap(lambda kind: arrays.arrays(kind, SHAPES))
TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
WHOLE = st.one_of(st.integers(), st.integers(0, 2**4096 - 1))
SCALARS = st.one_of(st.none(), st.booleans(), WHOLE, st.floats(), TEXT)
KEYS = st.one_of(SCALARS, st.tuples(TEXT, WHOLE)).filter(lambda key: key == key)  # noqa: PLR0124 - not NaN
VALUES = st.recursive(
    st.one_of(SCALARS, NUMBERS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(KEYS, inner, max_size=4),
    ),
    max_leaves=12,
)


def read(value: object) -> object:
    """Return what the grader reads of a value of its own making."""
    return read_values(written(value), ["C"])["C"]


def why(said: object) -> str:
    assert isinstance(said, Refused), said
    assert said.reason.pt != said.reason.en
    return said.reason.en


def raw(value: object) -> object:
    """Return what the grader reads where a program wrote the file itself."""
    return read_values(json.dumps({"values": {"C": {"value": value}}}).encode(), ["C"])["C"]


@given(VALUES)
def test_a_value_is_read_as_it_was_to_the_last_bit(value: object) -> None:
    assert same(read(value), _in_little_endian(value))


def _in_little_endian(value: object) -> object:
    if isinstance(value, np.ndarray):
        return value.astype(value.dtype.newbyteorder("<"))
    if isinstance(value, list | tuple):
        return type(value)(_in_little_endian(item) for item in value)
    if isinstance(value, dict):
        return {key: _in_little_endian(item) for key, item in value.items()}
    return value


@given(st.sampled_from(["f2", "f4", "f8", "i1", "u8", "?"]), st.integers(0, 1))
def test_a_numpy_scalar_stays_one_also_as_a_key(kind: str, number: int) -> None:
    scalar = np.dtype(kind).type(number)
    assert same(read(scalar), scalar)
    assert same(read({scalar: [scalar]}), {scalar: [scalar]})


class Colour(IntEnum):
    RED = 3


class OwnText(str):
    __slots__ = ()

    def __str__(self) -> str:
        raise RuntimeError("mine")

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = str.__hash__


class OwnList(list[Any]):
    def __iter__(self) -> Any:
        while True:
            yield "passed"

    def __len__(self) -> int:
        return 10**9


class OwnDict(dict[str, int]):
    def items(self) -> Any:
        raise RuntimeError("mine")


class OwnFloat(float):
    def __float__(self) -> float:
        return 0.0

    def __repr__(self) -> str:
        return "0.0, 'verdict': 'passed'"


class OwnArray(np.ndarray[Any, Any]):
    @property
    def nbytes(self) -> int:
        return 0

    def tobytes(self, *_: object, **__: object) -> bytes:
        return b"passed"


class Point(NamedTuple):
    x: int
    y: float


@pytest.mark.attack("values_that_lie")
@pytest.mark.parametrize(
    ("lying", "plain"),
    [
        (OwnText("abc"), "abc"),
        (OwnList([1, 2]), [1, 2]),
        (OwnDict(a=1), {"a": 1}),
        (OwnFloat(0.5), 0.5),
        (np.arange(3).view(OwnArray), np.arange(3)),
        (Colour.RED, 3),
        (Point(x=1, y=2.0), (1, 2.0)),
        (OrderedDict(a=1), {"a": 1}),
        (Counter("aab"), {"a": 2, "b": 1}),
        (np.ndarray.view(np.array([[1, 2]]), np.matrix), np.array([[1, 2]])),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_derives_from_a_plain_type_is_read_as_that_whatever_its_methods_say(
    lying: object, plain: object
) -> None:
    assert same(read(lying), plain)


class RaisesOnAccess:
    def __getattribute__(self, name: str) -> object:
        raise SystemExit(f"all tests passed, {name} too")


class AnswersAll:
    __module__ = "tensorflow.python.framework.ops"

    def numpy(self) -> object:
        return OwnList([1])


class EndsOnAccess:
    __module__ = "torch"

    def numpy(self) -> object:
        raise SystemExit("all tests passed")


class LyingMeta(type):
    @property
    def __name__(cls) -> str:  # type: ignore[override]
        raise RuntimeError("mine")

    @property
    def __module__(cls) -> str:  # type: ignore[override]
        raise KeyboardInterrupt


class Nameless(metaclass=LyingMeta):
    pass


NO_PLAIN_VALUES: list[tuple[str, Callable[[], object]]] = [
    ("RaisesOnAccess", RaisesOnAccess),
    ("AnswersAll", AnswersAll),
    ("SystemExit: all tests passed", EndsOnAccess),
    ("KeyboardInterrupt", Nameless),
    ("(type)", lambda: object),
    ("generator", lambda: (n for n in range(3))),
    ("lock", threading.Lock),
    ("set", lambda: {1, 2}),
    ("bytes", lambda: b"bytes"),
    ("complex", lambda: 1j),
    ("complex128", lambda: np.array([1j])),
    ("float128", lambda: np.array([1.0], dtype=np.longdouble)),
    ("object", lambda: np.array([{}])),
    ("<U1", lambda: np.array(["a"])),
    ("datetime64", lambda: np.array(["2026-01-01"], dtype="M8[D]")),
    ("[('a', '<f8')]", lambda: np.zeros(1, dtype=[("a", "f8")])),
    ("MaskedArray", lambda: np.ma.masked_array([1.0, 2.0], mask=[True, False])),
    ("dict key tuple", lambda: {(1, (2, 3)): 4}),
    ("dict key bytes", lambda: {b"x": 4}),
    ("not valid Unicode", lambda: "\ud800"),
]


@pytest.mark.attack("values_that_raise")
@pytest.mark.parametrize(("reason", "make"), NO_PLAIN_VALUES, ids=[reason for reason, _ in NO_PLAIN_VALUES])
def test_what_is_no_plain_value_is_a_sentence_and_takes_nothing_else_with_it(
    reason: str, make: Callable[[], object], tmp_path: Path
) -> None:
    value = make()
    said = carried(tmp_path, {"a": 1, "C": value, "nested": [{"x": (value,)}], "b": [2.5]})
    assert reason in why(said["C"])
    assert reason in why(said["nested"])
    assert (said["a"], said["b"]) == (1, [2.5])


def test_a_variable_that_is_not_there_is_said_to_be_absent(tmp_path: Path) -> None:
    assert "C is not among the variables" in why(carried(tmp_path, {"a": 1}, "a", "C")["C"])


def _cycle() -> list[Any]:
    mine: list[Any] = [1]
    mine.append({"me": (mine,)})
    return mine


def _nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


def _doubled(times: int) -> object:
    value: object = [0]
    for _ in range(times):
        value = [value, value]
    return value


@pytest.mark.attack("values_without_end")
@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (_cycle(), "contains itself"),
        (_nested(MAX_DEPTH + 1), f"more than {MAX_DEPTH} levels"),
        (_nested(10_000), f"more than {MAX_DEPTH} levels"),
        (_doubled(18), "too large"),
        (_doubled(19), "too large"),
        ([0] * MAX_ITEMS, "too large"),
        (range(10**9), "range"),
        ("x" * 1_000_001, "1000001 characters"),
        (1 << 5000, "5001 bits"),
        (np.zeros(2**20 + 1), "(1048577,)"),
        (np.broadcast_to(np.float64(1), (10**6, 10**6)), "(1000000, 1000000)"),
        (["\n" * 900_000] * 2, "too large"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_has_no_end_or_is_too_much_is_a_sentence_soon_and_in_little_memory(
    value: object, reason: str, tmp_path: Path
) -> None:
    tracemalloc.start()
    try:
        said = carried(tmp_path, {"a": 1, "C": value, "b": [2.5]})
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert reason in why(said["C"])
    assert (said["a"], said["b"]) == (1, [2.5])
    assert peak < 64 * 2**20


@pytest.mark.parametrize(
    "value", [_nested(MAX_DEPTH), [0] * (MAX_ITEMS - 1), "x" * 1_000_000, (1 << 4096) - 1, np.zeros(2**20)]
)
def test_what_is_just_not_too_much_crosses(value: object) -> None:
    assert same(read(value), value)


def test_many_large_values_cross_as_far_as_there_is_room(tmp_path: Path) -> None:
    said = carried(tmp_path, {f"w{n}": np.zeros(2**18) for n in range(6)})
    assert [isinstance(value, Refused) for value in said.values()] == [False] * 4 + [True] * 2
    assert "too large" in why(said["w5"])


@pytest.mark.attack("values_forged")
@pytest.mark.parametrize(
    "value",
    [
        {},
        {"tuple": [1], "dict": []},
        {"tuple": 1},
        {"set": [1]},
        {"dict": [[1]]},
        {"dict": [[1, 2, 3]]},
        {"dict": [[[1], 2]]},
        {"dict": [[{"dict": []}, 2]]},
        {"dict": [["a", 1], ["a", 2]]},
        {"dict": [[1, 1], [True, 2]]},
        {"float": "NaN"},
        {"float": 1.0},
        {"float": ["nan"]},
        {"array": ""},
        {"array": "AAAA"},
        {"array": "not base64!"},
        {"array": "é"},
        {"array": [1]},
        {"array": base64.b64encode(npy(np.array([{}], dtype=object)[:0].astype("U1"))).decode()},
        {"scalar": base64.b64encode(npy(np.zeros(2))).decode()},
        {"dict": [[{"array": base64.b64encode(npy(np.zeros(2))).decode()}, 1]]},
        "\ud800",
        1 << 4097,
        _nested(MAX_DEPTH + 1),
        [0] * MAX_ITEMS,
        {"__class__": "os.system"},
    ],
)
def test_a_file_that_a_program_wrote_itself_holds_plain_values_or_none(value: object) -> None:
    assert "could not be read" in why(raw(value))


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"[]",
        b"\xff" * 100,
        b'{"values": []}',
        b'{"values": {"C": 1}}',
        b'{"values": {"C": {"value": 1, "why": "type"}}}',
        b'{"values": {"C": {"why": "passed"}}}',
        b'{"values": {"C": {"why": ["type"]}}}',
        b'{"values": {"C": {"value": 1e999}}}',
        b'{"values": {"C": {"value": NaN}}}',
        b'{"values": {"C": {"value": ' + b"9" * 5000 + b"}}}",
        b'{"values": {"C": {"value": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}}",
    ],
)
def test_what_is_no_such_file_is_a_sentence(content: bytes | None) -> None:
    assert "could not be read" in why(read_values(content, ["C"])["C"])


def test_a_reason_that_a_program_wrote_itself_is_one_plain_line() -> None:
    said = {"values": {"C": {"why": "type", "detail": "\x1b[31m\n## Passed \u202e" + "x" * 10_000}}}
    reason = why(read_values(json.dumps(said).encode(), ["C"])["C"])
    assert "\n" not in reason
    assert "\x1b" not in reason
    assert len(reason) < 600


@pytest.mark.attack("values_without_end")
def test_a_file_of_nothing_but_brackets_allocates_little() -> None:
    content = b'{"values": {"C": {"value": [' + b"[]," * 5_000_000 + b"0]}}}"
    tracemalloc.start()
    try:
        assert "could not be read" in why(read_values(content, ["C"])["C"])
        assert tracemalloc.get_traced_memory()[1] < 4 * 2**20
    finally:
        tracemalloc.stop()


@settings(max_examples=30)
@given(st.lists(st.sampled_from(["QP", "C", "w"]), unique=True))
def test_names_that_were_not_asked_for_are_not_read(names: list[str]) -> None:
    content = json.dumps({"values": {n: {"value": 1} for n in ("QP", "C", "w", "points")}}).encode()
    assert dict(read_values(content, names)) == dict.fromkeys(names, 1)


def test_of_an_array_that_is_too_large_shape_and_dtype_come_across(tmp_path: Path) -> None:
    views = {"AX": np.broadcast_to(np.uint8(0), (60000, 28, 28)), "inside": [np.zeros(2**20, "f8")] * 2}
    read = carried(tmp_path, views)
    assert isinstance(read["AX"], TooLarge)
    assert (read["AX"].shape, read["AX"].dtype) == ((60000, 28, 28), "uint8")
    assert type(read["inside"]) is Refused


@pytest.mark.parametrize(
    "odd",
    [
        *({"shape": shape, "dtype": "uint8"} for shape in (5, [-1], [True], [2**63], [1] * 33, [[1]])),
        *({"shape": [2], "dtype": dtype} for dtype in ("object", "float128", "f4\n", 8, None)),
        {"shape": [2]},
        {"dtype": "uint8"},
    ],
)
def test_an_outline_that_no_array_has_is_none(odd: dict[str, object]) -> None:
    told = {"why": "too_large", "detail": "", **odd}
    read = read_values(json.dumps({"values": {"C": told}}).encode(), ["C"])["C"]
    assert type(read) is Refused
