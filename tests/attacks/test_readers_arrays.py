"""Hostile predictions: numbers in the one form that is read, or refused by name; nothing runs or grows."""

import io
import os
import pickle
import resource
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.measuring.evidence.predictions import decode_predictions
from grader.readers.npy import read_npy
from grader.readers.refused import Refused

ROWS, CLASSES = 6, 3
SCORES = np.random.default_rng(0).random((ROWS, CLASSES))
EXPECTED = SCORES.argmax(axis=1).tolist()


def _saved(array: Any, *, pickled: bool = False) -> bytes:
    np.save(buffer := io.BytesIO(), array, allow_pickle=pickled)
    return buffer.getvalue()


def _forged(descr: str, shape: str, body: bytes = b"", *, order: str = "False") -> bytes:
    text = f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}".encode()
    text += b" " * (-(len(text) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + body


def _decoded(content: bytes, classes: int | None = CLASSES, rows: int = ROWS) -> Any:
    taken = decode_predictions(content, rows=rows, classes=classes)
    assert not isinstance(taken, Refused), taken.reason.en
    return taken[1].tolist()


def _why(content: bytes, classes: int | None = CLASSES, rows: int = ROWS) -> str:
    taken = decode_predictions(content, rows=rows, classes=classes)
    assert isinstance(taken, Refused), taken
    assert taken.reason.pt != taken.reason.en
    return taken.reason.en


class _Runs:
    """An object that makes a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, (str(self.mark),)


@pytest.mark.attack("npy_pickle")
def test_an_array_of_objects_is_refused_by_its_dtype_and_nothing_is_executed(tmp_path: Path) -> None:
    array = np.array([_Runs(tmp_path / "ran")] * ROWS, dtype=object)
    assert "dtype '|O'" in _why(_saved(array, pickled=True))
    assert not (tmp_path / "ran").exists()


@pytest.mark.attack("npy_pickle")
@pytest.mark.parametrize("form", ["pickle", "npz", "after the numbers", "text"])
def test_other_ways_to_bring_a_pickle_are_no_array(tmp_path: Path, form: str) -> None:
    pickled = pickle.dumps(_Runs(tmp_path / "ran"))
    np.savez(archive := io.BytesIO(), np.array([_Runs(tmp_path / "ran")], dtype=object), allow_pickle=True)
    content = {
        "pickle": pickled,
        "npz": archive.getvalue(),
        "after the numbers": _saved(SCORES) + pickled,
        "text": b"0.1 0.2 0.7\n" * ROWS,
    }[form]
    assert _why(content)
    assert not (tmp_path / "ran").exists()


CLAIMS = [
    "(1000000000000, 2)",
    "(999999999999999999, 999999999999999999)",
    "(4611686018427387904,)",
    "(6, 0)",
]


@pytest.mark.attack("npy_shape_bomb")
@pytest.mark.parametrize("shape", CLAIMS)
def test_a_shape_that_the_bytes_do_not_hold_is_refused(shape: str) -> None:
    assert _why(_forged("'<f8'", shape, bytes(96)))


@pytest.mark.attack("npy_shape_bomb")
def test_no_claim_takes_memory() -> None:
    shapes = [*CLAIMS, "(" + "1, " * 40 + ")", "(268435456, 8)"]
    contents = [_forged("'<f8'", shape, bytes(96)) for shape in shapes]
    program = (
        "import sys, pickle\n"
        "from grader.measuring.evidence.predictions import decode_predictions\n"
        "from grader.readers.refused import Refused\n"
        "import numpy as np\n"
        f"for content in {contents!r}:\n"
        "    assert isinstance(decode_predictions(content, rows=6, classes=3), Refused)\n"
        "print('done')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2**29, 2**29)),
    )
    assert done.stdout == "done\n", done.stderr[-300:]


@pytest.mark.attack("npy_nan")
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf"), 1e308, -1e308])
def test_values_that_are_not_finite_are_refused_and_counted(bad: float) -> None:
    scores = SCORES.copy()
    scores[2, 1] = scores[4, 0] = bad
    assert "2 values are NaN or infinite" in _why(_saved(scores))
    assert "1 value is NaN or infinite" in _why(_saved(np.r_[bad, np.zeros(ROWS - 1)]), classes=None)


@pytest.mark.attack("npy_nan", "npy_bit_patterns")
@pytest.mark.parametrize(
    "bits", [0x7FF0000000000001, 0x7FF8DEADBEEF0000, 0xFFF0000000000001, 0x7FF0000000000000]
)
def test_a_nan_that_carries_a_message_is_a_nan(bits: int) -> None:
    body = struct.pack("<6Q", bits, 0, 0, 0, 0, 0)
    assert "1 value is NaN or infinite" in _why(_forged("'<f8'", "(6,)", body))


@pytest.mark.attack("npy_bit_patterns")
def test_zeros_below_zero_and_the_smallest_numbers_are_numbers() -> None:
    assert _decoded(_saved(np.full(ROWS, -0.0))) == [0] * ROWS
    tiny = np.zeros((ROWS, CLASSES))
    tiny[:, 2] = 5e-324
    assert _decoded(_saved(tiny)) == [2] * ROWS
    assert _decoded(_saved(np.full(ROWS, 5e-324)), classes=None) == [5e-324] * ROWS


@pytest.mark.attack("npy_bit_patterns")
@pytest.mark.parametrize("value", [2**63 - 1, -(2**63), 3, -1])
def test_a_class_that_there_is_not_is_refused(value: int) -> None:
    assert "not class numbers from 0 to 2" in _why(_saved(np.array([value, 0, 1, 2, 0, 1], dtype="<i8")))


@pytest.mark.attack("npy_bit_patterns")
def test_any_byte_may_stand_where_a_boolean_should() -> None:
    assert _decoded(_forged("'|b1'", "(6,)", bytes([0, 1, 2, 255, 0, 128])), classes=2) == [0, 1, 1, 1, 0, 1]


@pytest.mark.attack("npy_wrong_shape")
@pytest.mark.parametrize(
    "shape",
    [(CLASSES, ROWS), (ROWS - 1,), (ROWS + 1,), (ROWS - 1, CLASSES), (ROWS, CLASSES + 1), (1, ROWS), ()],
)
def test_another_shape_is_refused_with_both_shapes(shape: tuple[int, ...]) -> None:
    told = _why(_saved(np.zeros(shape)))
    assert str(shape) in told
    assert "(6,) / (6, 3)" in told


@pytest.mark.attack("npy_wrong_shape")
def test_one_column_where_classes_are_asked_is_the_honest_shape_of_class_numbers() -> None:
    assert _decoded(_saved(np.array([[0], [1], [2], [0], [1], [2]]))) == [0, 1, 2, 0, 1, 2]


EXOTIC: dict[str, tuple[bytes, str]] = {
    "structured": (_saved(np.zeros(ROWS, dtype=[("a", "<f8")])), "[('a', '<f8')]"),
    "complex": (_saved(np.zeros(ROWS, dtype="<c16")), "<c16"),
    "dates": (_forged("'<M8[ns]'", "(6,)", bytes(48)), "<M8[ns]"),
    "spans of time": (_forged("'<m8'", "(6,)", bytes(48)), "<m8"),
    "text": (_saved(np.array(["0"] * ROWS)), "<U1"),
    "bytes": (_saved(np.array([b"0"] * ROWS)), "|S1"),
    "big-endian": (_saved(np.zeros(ROWS, dtype=">f8")), ">f8"),
    "long double": (_forged("'<f16'", "(6,)", bytes(96)), "<f16"),
    "void": (_forged("'|V8'", "(6,)", bytes(48)), "|V8"),
    "native order": (_forged("'=f8'", "(6,)", bytes(48)), "=f8"),
    "a negative shape": (_forged("'<f8'", "(-6,)", bytes(48)), "numpy.save"),
    "a boolean shape": (_forged("'<f8'", "(True,)", bytes(8)), "numpy.save"),
    "a sum as shape": (_forged("'<f8'", "(2**2,)", bytes(32)), "numpy.save"),
    "a call as shape": (_forged("'<f8'", "(len('aaaaaa'),)", bytes(48)), "numpy.save"),
    "a float as shape": (_forged("'<f8'", "(6.0,)", bytes(48)), "numpy.save"),
    "hexadecimal": (_forged("'<f8'", "(0x6,)", bytes(48)), "numpy.save"),
    "no tuple": (_forged("'<f8'", "6", bytes(48)), "numpy.save"),
    "a byte more": (_saved(SCORES) + b"\0", "144 bytes of values, and there are 145"),
    "a byte less": (_saved(SCORES)[:-1], "144 bytes of values, and there are 143"),
    "order is a number": (_forged("'<f8'", "(6,)", bytes(48), order="1"), "numpy.save"),
    "version 9": (b"\x93NUMPY\x09" + _saved(SCORES)[7:], "numpy.save"),
    "a header of 60 KiB": (_forged("'<f8'", "(6,)" + " " * 60_000, bytes(48)), "numpy.save"),
    "empty": (b"", "numpy.save"),
}


@pytest.mark.attack("npy_exotic")
@pytest.mark.parametrize("kind", EXOTIC)
def test_what_is_no_plain_array_is_refused_by_name(kind: str) -> None:
    content, told = EXOTIC[kind]
    assert told in _why(content)


@pytest.mark.attack("npy_polyglot")
def test_a_file_that_is_also_a_zip_is_refused_for_its_extra_bytes() -> None:
    with zipfile.ZipFile(buffer := io.BytesIO(_saved(SCORES)), "a") as archive:
        archive.writestr("config.json", "{}")
    assert "there are" in _why(buffer.getvalue())


@pytest.mark.attack("look_alike_predictions")
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("kind", ["<f2", "<f4", "<f8"])
def test_scores_of_every_honest_kind_are_read(kind: str, order: Any) -> None:
    array = np.array(SCORES.astype(kind), order=order)
    assert _decoded(_saved(array)) == SCORES.astype(kind).argmax(axis=1).tolist()


@pytest.mark.attack("look_alike_predictions")
@pytest.mark.parametrize("kind", ["|u1", "|i1", "<i2", "<i4", "<i8", "<u8", "<f4", "<f8"])
def test_class_numbers_of_every_honest_kind_are_read(kind: str) -> None:
    numbers = np.array(EXPECTED)
    assert _decoded(_saved(numbers.astype(kind))) == EXPECTED
    assert _decoded(_saved(np.asfortranarray(numbers.astype(kind).reshape(-1, 1)))) == EXPECTED


@pytest.mark.attack("look_alike_predictions")
def test_a_view_and_a_transposed_matrix_are_saved_as_numpy_does_and_read() -> None:
    assert _decoded(_saved(np.ascontiguousarray(SCORES.T).T)) == EXPECTED
    assert _decoded(_saved(np.repeat(SCORES, 2, axis=0)[::2])) == EXPECTED


@pytest.mark.attack("npy_exotic")
def test_what_was_read_cannot_be_changed_and_is_no_bigger_than_its_bytes() -> None:
    array = read_npy(_saved(SCORES), max_bytes=10_000)
    assert not isinstance(array, Refused)
    assert not array.flags.writeable
    assert array.nbytes == SCORES.nbytes
