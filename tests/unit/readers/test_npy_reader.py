import io
import pickle
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.readers.npy import count_not_finite, read_npy
from grader.readers.refused import Refused

LIMIT = 1 << 20
HONEST = ["|b1", "|i1", "|u1", "<i2", "<i4", "<i8", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8"]


def saved(array: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def forged(header: str, body: bytes = b"", *, version: int = 1) -> bytes:
    text = header.encode() + b"\n"
    length = struct.pack("<H", len(text)) if version == 1 else struct.pack("<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + length + text + body


def why(content: bytes, limit: int = LIMIT) -> str:
    found = read_npy(content, max_bytes=limit)
    assert isinstance(found, Refused)
    assert found.reason.pt
    return found.reason.en


@given(
    hnp.arrays(
        dtype=st.sampled_from(HONEST).map(np.dtype),
        shape=hnp.array_shapes(min_dims=0, max_dims=4, min_side=1, max_side=6),
    ),
    st.sampled_from("CF"),
)
def test_whatever_numpy_saves_is_read_back_equal(array: Any, order: Any) -> None:
    array = np.array(array, order=order)
    read = read_npy(saved(array), max_bytes=LIMIT)
    assert not isinstance(read, Refused)
    assert read.dtype == array.dtype
    assert read.shape == array.shape
    assert np.array_equal(read, array, equal_nan=array.dtype.kind == "f")


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(content: bytes) -> None:
    read_npy(content, max_bytes=LIMIT)
    read_npy(b"\x93NUMPY\x01\x00" + content, max_bytes=LIMIT)


@given(st.integers(0, 250), st.integers(0, 255))
def test_a_changed_byte_never_makes_it_raise(position: int, value: int) -> None:
    content = bytearray(saved(np.arange(16, dtype="<f8")))
    content[position % len(content)] = value
    read_npy(bytes(content), max_bytes=LIMIT)


def test_the_second_and_third_version_are_read() -> None:
    for version in (2, 3):
        header = "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }"
        read = read_npy(forged(header, struct.pack("<2i", 5, 9), version=version), max_bytes=LIMIT)
        assert not isinstance(read, Refused)
        assert read.tolist() == [5, 9]


def test_a_header_that_is_123_bytes_long_is_read() -> None:
    # 123 is the code of the opening brace: a parser that searches for it starts too early.
    header = "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }".ljust(122)
    read = read_npy(forged(header, struct.pack("<2i", 5, 9)), max_bytes=LIMIT)
    assert not isinstance(read, Refused)
    assert read.tolist() == [5, 9]


def test_objects_are_refused_and_nothing_is_unpickled() -> None:
    fired: list[int] = []

    class Trap:
        def __reduce__(self) -> Any:
            return fired.append, (1,)

    header = "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
    assert "dtype '|O'" in why(forged(header, pickle.dumps(Trap())))
    assert not fired


@pytest.mark.parametrize(
    "descr",
    [">f8", ">i4", "<c16", "<M8[ns]", "<U5", "|S5", "|V8", "<f16", "=f8", "<i3", "f8", "<f4'+'"],
)
def test_a_dtype_that_is_no_plain_little_endian_number_is_refused_by_name(descr: str) -> None:
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': (1,), }}"
    assert "dtype '" in why(forged(header, b"\0" * 16))


def test_a_structured_dtype_is_refused() -> None:
    assert "dtype" in why(saved(np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")])))


@pytest.mark.parametrize(
    "shape",
    ["(-1,)", "(True,)", "(2**2,)", "(2.0,)", "2", "(2)", "(1_0,)", "(2,,)", "('2',)", "(2,", "[2]"],
)
def test_a_shape_that_is_not_whole_numbers_is_refused(shape: str) -> None:
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}"
    assert "not an .npy" in why(forged(header, b"\0" * 8))


@pytest.mark.parametrize(
    "header",
    [
        "{'descr':\v'<f4', 'fortran_order': False, 'shape': (2,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape':\v(2,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (02,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 002), }",
    ],
    ids=["odd blank", "another", "leading zero", "leading zeros"],
)
def test_a_header_that_numpy_itself_refuses_is_refused(header: str) -> None:
    content = forged(header, b"\0" * 8)
    with pytest.raises(ValueError, match="header"):
        np.load(io.BytesIO(content))
    assert why(content)


def test_a_claimed_shape_is_compared_before_anything_is_allocated() -> None:
    header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000, 2), }"
    assert "(1000000000000, 2) needs 16,000,000,000,000 bytes" in why(forged(header))


@pytest.mark.parametrize("change", [-1, 1, 8])
def test_missing_or_trailing_bytes_are_refused(change: int) -> None:
    content = saved(np.arange(4, dtype="<f8"))
    content = content[:change] if change < 0 else content + b"\0" * change
    assert "needs 32 bytes" in why(content)


def test_an_empty_array_is_refused() -> None:
    assert "needs 0 bytes" in why(saved(np.zeros((0, 10))))


def test_a_header_beyond_four_kib_is_refused() -> None:
    header = "{'descr': '<i4', 'fortran_order': False, 'shape': (1,), }".ljust(5000)
    assert "not an .npy" in why(forged(header, b"\0" * 4, version=2))


def test_code_in_the_header_is_not_evaluated() -> None:
    for header in (
        "__import__('os').system('id')",
        "{'descr': open('x'), 'fortran_order': False, 'shape': (1,)}",
    ):
        why(forged(header, b"\0" * 8))


def test_a_file_beyond_the_limit_is_refused_with_both_sizes() -> None:
    assert "1,128 bytes; the most that is read is 100" in why(saved(np.zeros(125)), 100)


def test_bytes_other_than_zero_and_one_are_read_as_true() -> None:
    header = "{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }"
    read = read_npy(forged(header, b"\x00\x01\xff"), max_bytes=LIMIT)
    assert not isinstance(read, Refused)
    assert read.tolist() == [False, True, True]


def test_nan_infinity_and_overflow_are_counted() -> None:
    assert count_not_finite(np.array([1.0, np.nan, np.inf, -np.inf, 1e308])) == 4
    assert count_not_finite(np.array([1.0, np.nan], dtype="float16")) == 1
    assert count_not_finite(np.array([1, 2**62])) == 0
