"""Every border of the grader under arbitrary bytes: found before, by hypothesis, by atheris."""

import io
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.coursefiles.zip_reader import read_zip
from grader.readers.npy import read_npy
from tests.fuzz.__main__ import fuzz
from tests.fuzz.archives import assert_bounded
from tests.fuzz.targets import CORPUS, TARGETS

EVERY = pytest.mark.parametrize("name", TARGETS)
MIB = 2**20


def seeds(name: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((CORPUS / name).iterdir())]


def damaged(content: bytes, draw: st.DrawFn) -> bytes:
    """Return ``content`` after a few of the things that damage does."""
    changed = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(changed)))
        cut = draw(st.integers(0, 8))
        changed[at : at + cut] = draw(st.binary(max_size=8))
    return bytes(changed)


@st.composite
def inputs(draw: st.DrawFn, name: str) -> bytes:
    target = TARGETS[name]
    word = draw(st.sampled_from([b"", *target.words]))
    content = damaged(draw(st.sampled_from(seeds(name))), draw)
    at = draw(st.integers(0, len(content)))
    content = content[:at] + word + content[at:]
    return target.mend(content) if target.mend and draw(st.booleans()) else content


def peak_of(look: Callable[[], object]) -> int:
    """Return the most bytes that were allocated at once while ``look`` looked."""
    tracemalloc.start()
    try:
        look()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@EVERY
def test_what_was_found_before_is_not_found_again(name: str) -> None:
    assert seeds(name)
    for content in seeds(name):
        TARGETS[name].look(content)


@EVERY
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_damage_breaks_a_promise(name: str, data: st.DataObject) -> None:
    TARGETS[name].look(data.draw(inputs(name)))


@pytest.mark.slow
@EVERY
def test_a_guided_search_breaks_no_promise(name: str, tmp_path: Path) -> None:
    runs = TARGETS[name].runs
    done = fuzz(name, until=f"-runs={runs}", inputs=tmp_path / "inputs", findings=tmp_path)
    assert done.finding is None, done.log[-4000:]
    assert done.executions >= runs
    assert done.new_inputs > 0, "nothing new was reached: are our modules instrumented?"


def test_a_promise_that_can_be_broken_is_found_broken(tmp_path: Path) -> None:
    done = fuzz("planted", until="-runs=200000", inputs=tmp_path / "inputs", findings=tmp_path)
    assert done.finding is not None
    assert b"!!" in done.finding.read_bytes()
    assert "two marks" in done.log


@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8}){0,2}\.py", fullmatch=True), st.binary(max_size=400)
    )
)
def test_an_honest_archive_comes_out_whole(files: dict[str, bytes]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    unpacked = read_zip(buffer.getvalue(), "all.zip")
    assert {member.name: member.content for member in unpacked.members} == files
    assert_bounded(unpacked, len(buffer.getvalue()))


@pytest.mark.parametrize(("name", "seed"), [("npy", "float64-matrix"), ("zip", "honest"), ("png", "rgb")])
def test_what_is_whole_is_not_mended(name: str, seed: str) -> None:
    content = (CORPUS / name / seed).read_bytes()
    mend = TARGETS[name].mend
    assert mend is not None
    assert mend(content) == content


@settings(max_examples=50)
@given(st.data())
def test_no_header_has_more_allocated_than_its_file_is_long(data: st.DataObject) -> None:
    content = data.draw(inputs("npy"))
    assert peak_of(lambda: read_npy(content, max_bytes=MIB)) < 2 * len(content) + MIB


def test_no_bomb_of_before_has_more_allocated_than_a_submission_may_hold() -> None:
    for content in seeds("zip"):
        assert peak_of(lambda: read_zip(content, "all.zip")) < 8 * MIB  # noqa: B023 - called at once


@settings(max_examples=50)
@given(st.data())
def test_no_archive_has_more_allocated_than_a_submission_may_hold(data: st.DataObject) -> None:
    content = data.draw(inputs("zip"))
    assert peak_of(lambda: TARGETS["zip"].look(content)) < 8 * MIB
