"""What every sandbox shows of the grader, and what none does."""

from pathlib import Path

import grader
from grader.running.inside import HARNESS, HARNESS_SOURCE, OUR_PACKAGE, STAGE0


def test_the_harness_is_shown_from_where_it_stands() -> None:
    assert (HARNESS_SOURCE / Path(STAGE0).relative_to(HARNESS)).is_file()
    assert (HARNESS_SOURCE / "grader_harness").is_dir()


def test_the_whole_grader_is_what_is_hidden() -> None:
    assert Path(grader.__file__).parent == OUR_PACKAGE
