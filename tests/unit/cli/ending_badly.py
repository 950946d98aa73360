"""A command that ends as it is told to, to see what a person is told then."""

import errno
import os

import click

from grader.cli.options import language_option
from grader.model.errors import CourseError, StorageError
from grader.words import say

ENDINGS: dict[str, BaseException] = {
    "mistake": KeyError("secret\n\x1b[31m"),
    "disk": OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/x/results.json"),
    "value": ValueError(),
    "pipe": BrokenPipeError(errno.EPIPE, "Broken pipe"),
    "interrupt": KeyboardInterrupt(),
    "storage": StorageError(say("storage-write-failed", folder="/x", problem="full")),
    "course": CourseError(
        say("course-without-assignments", folder="/a"), say("course-without-assignments", folder="/b")
    ),
}


@click.command("end")
@click.argument("how")
@language_option
def command(how: str) -> int:
    """End in this way."""
    if how == "four":
        return 4
    raise ENDINGS[how]
