"""What the operating system says when it refuses something, in our own words where we have them."""

import errno

from grader.model.message import Message, Text
from grader.words.catalogue import keys, say


def problem_told(problem: OSError) -> Message:
    """Return why the system refused: in both languages where it is common, else in the system's words."""
    key = f"errno.{errno.errorcode.get(problem.errno or 0, '')}"
    if key in keys():
        return say(key)
    words = problem.strerror or type(problem).__name__
    return Text(words, words)
