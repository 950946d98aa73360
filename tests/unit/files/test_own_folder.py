"""Folders of a course are made for their owner alone, and one that stands open is found."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.files.own_folder import open_to_others, own_folder

EVERYBODY = 0o777


@pytest.fixture(autouse=True)
def _generous() -> Iterator[None]:
    """As where everybody may read what anybody makes."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder that other users can get to: those of pytest are closed."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


def mode(path: Path) -> int:
    return path.stat().st_mode & EVERYBODY


def test_all_that_is_made_is_its_owners_alone(tmp_path: Path) -> None:
    own_folder(tmp_path / "a" / "b")
    assert [mode(path) for path in (tmp_path / "a", tmp_path / "a" / "b")] == [0o700, 0o700]


def test_what_stands_keeps_the_permissions_that_somebody_chose(tmp_path: Path) -> None:
    (tmp_path / "shown").mkdir(mode=0o755)
    own_folder(tmp_path / "shown" / "digits")
    own_folder(tmp_path / "shown")
    assert mode(tmp_path / "shown") == 0o755
    assert mode(tmp_path / "shown" / "digits") == 0o700


def test_a_file_in_its_place_is_an_error_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("")
    with pytest.raises(OSError, match="reports"):
        own_folder(tmp_path / "reports")


@pytest.mark.parametrize(
    ("permissions", "open_"), [(0o755, 0o755), (0o710, 0o710), (0o705, 0o705), (0o700, None)]
)
def test_a_folder_is_open_where_others_can_look_into_it(
    reachable: Path, permissions: int, open_: int | None
) -> None:
    (reachable / "reports").mkdir(mode=permissions)
    assert open_to_others(reachable / "reports") == open_


def test_a_home_that_lets_nobody_through_closes_all_below(reachable: Path) -> None:
    (reachable / "home").mkdir(mode=0o700)
    (reachable / "home" / "reports").mkdir(mode=0o755)
    assert open_to_others(reachable / "home" / "reports") is None
