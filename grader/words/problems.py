"""What the operating system says when it refuses something, in our own words where we have them."""

import errno
import os

from grader.model.message import Joined, Message, Text
from grader.words.catalogue import keys, say


def problem_told(problem: OSError) -> Message:
    """Return why the system refused: in both languages where that is common, else its own words quoted."""
    key = f"errno.{errno.errorcode.get(problem.errno or 0, '')}"
    if key in keys():
        return say(key)
    return say("errno.other", words=problem.strerror or str(problem) or type(problem).__name__)


def problem_at(problem: Exception) -> Message:
    """Return the same with the file that it was about; what is no refusal of the system is quoted."""
    if not isinstance(problem, OSError):
        return say("errno.other", words=str(problem) or type(problem).__name__)
    told = problem_told(problem)
    if not problem.filename:
        return told
    place = os.fsdecode(problem.filename) if isinstance(problem.filename, bytes) else str(problem.filename)
    return Joined("", (told, Text(f" ({place})", f" ({place})")))
