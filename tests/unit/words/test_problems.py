"""What the operating system refuses, in our own words."""

import errno

import pytest

from grader.words.problems import problem_told


@pytest.mark.parametrize(
    "number", [errno.ENOENT, errno.EACCES, errno.ENOSPC, errno.EROFS, errno.ENOTDIR, errno.EISDIR]
)
def test_what_is_common_is_told_in_each_language(number: int) -> None:
    told = problem_told(OSError(number, "as the system says it"))
    assert told.pt != told.en
    assert "as the system says it" not in told.pt + told.en


def test_what_is_rare_keeps_the_words_of_the_system() -> None:
    assert problem_told(OSError(errno.ENOTTY, "Inappropriate ioctl")).pt == "Inappropriate ioctl"
    assert problem_told(TimeoutError()).en == "TimeoutError"
