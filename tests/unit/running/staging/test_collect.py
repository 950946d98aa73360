"""Taking files out of a folder that nobody writes to any more."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.model.errors import SandboxError
from grader.model.run import Wanted
from grader.running.staging.collect import collect


@pytest.fixture(params=["held", "path"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], int | Path]]:
    """The folder as an open directory, and as a path (systems without such things)."""
    out = tmp_path / "out"
    out.mkdir()
    held = os.open(out, os.O_RDONLY | os.O_DIRECTORY)
    yield lambda: held if request.param == "held" else out
    os.close(held)


def test_files_are_taken_by_name(folder: Callable[[], int | Path], tmp_path: Path) -> None:
    (tmp_path / "out/a").write_bytes(b"a" * 3_000_000)
    (tmp_path / "out/b").write_bytes(b"b")
    wanted = [Wanted(name="a", max_bytes=3_000_000), Wanted(name="gone", max_bytes=1)]
    assert collect(folder(), wanted, tmp_path / "into/deeper") == (("a",), ())
    assert (tmp_path / "into/deeper/a").read_bytes() == b"a" * 3_000_000
    assert [path.name for path in (tmp_path / "into/deeper").iterdir()] == ["a"]


def test_one_byte_too_many_is_refused(folder: Callable[[], int | Path], tmp_path: Path) -> None:
    (tmp_path / "out/a").write_bytes(b"1234")
    taken, refused = collect(folder(), [Wanted(name="a", max_bytes=3)], tmp_path / "into")
    assert taken == ()
    assert (refused[0].why, refused[0].detail) == ("too_large", "4 > 3")


def test_a_link_is_refused_and_not_followed(folder: Callable[[], int | Path], tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "out/a").symlink_to(tmp_path / "secret")
    taken, refused = collect(folder(), [Wanted(name="a", max_bytes=99)], tmp_path / "into")
    assert taken == ()
    assert (refused[0].why, refused[0].detail) == ("not_a_plain_file", "symlink")


def test_a_file_from_before_is_replaced(folder: Callable[[], int | Path], tmp_path: Path) -> None:
    (tmp_path / "out/a").write_text("new")
    (tmp_path / "into").mkdir()
    (tmp_path / "into/a").write_text("old and longer")
    collect(folder(), [Wanted(name="a", max_bytes=99)], tmp_path / "into")
    assert (tmp_path / "into/a").read_text() == "new"


def test_a_file_that_cannot_be_written_is_our_failure(
    folder: Callable[[], int | Path], tmp_path: Path
) -> None:
    (tmp_path / "out/a").write_text("x")
    (tmp_path / "into/a").mkdir(parents=True)
    with pytest.raises(SandboxError) as caught:
        collect(folder(), [Wanted(name="a", max_bytes=99)], tmp_path / "into")
    assert caught.value.message.code == "GR610"


@given(st.sampled_from(["", ".", "..", "a/b", "/etc/passwd", "../a", "a\\b", "a\0b"]))
def test_a_name_that_is_a_path_is_a_mistake_of_ours(name: str) -> None:
    with pytest.raises(ValueError, match="not a plain file name"):
        collect(Path("/nowhere"), [Wanted(name=name, max_bytes=1)], Path("/tmp"))


def test_files_with_holes_cannot_claim_more_than_the_folder_ever_held(
    folder: Callable[[], int | Path], tmp_path: Path
) -> None:
    for name in ("a", "b", "c"):
        with (tmp_path / "out" / name).open("wb") as file:
            file.truncate(1000)
    wanted = [Wanted(name=name, max_bytes=1000) for name in ("a", "b", "c")]
    taken, refused = collect(folder(), wanted, tmp_path / "into", most_bytes=2500)
    assert taken == ("a", "b")
    assert [(r.name, r.why) for r in refused] == [("c", "too_large")]
