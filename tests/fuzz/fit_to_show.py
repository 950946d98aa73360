"""What every reader owes whoever shows its answers: text that nothing hides in, values that are plain."""

import dataclasses
import math
import unicodedata
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

from grader.model.errors import CourseError, SubmissionError
from grader.model.message import Message

# Control, format (bidirectional and invisible), surrogate, and the two separators that break lines unseen.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"  # honest in Persian, Hindi and emoji
_MOST_ITEMS = 10_000
_LONGEST_TEXT = 64 * 1024
_LONGEST_SENTENCE = 2_000


def assert_text(text: str, *, lines: bool = True) -> None:
    """Assert that ``text`` can be printed and written, and holds nothing a reader cannot see."""
    kept = _JOINERS + ("\n\t" if lines else "")
    if text.isascii() and text.isprintable():
        return
    hidden = [c for c in text if unicodedata.category(c) in _HIDDEN and c not in kept]
    assert not hidden, f"hidden characters {hidden[:5]!r} in {text[:200]!r}"
    text.encode()


def assert_message(message: Message) -> None:
    """Assert that ``message`` is one readable line in each language."""
    for sentence in (message.pt, message.en):
        assert sentence
        assert len(sentence) <= _LONGEST_SENTENCE, sentence[:200]
        assert_text(sentence, lines=False)


def assert_refusal(error: SubmissionError | CourseError) -> None:
    """Assert that what was raised says why, readably."""
    messages = error.messages if isinstance(error, CourseError) else (error.message,)
    assert messages
    for message in messages:
        assert_message(message)


def assert_plain(value: object) -> None:
    """Assert that ``value`` is our own records of finite numbers and readable text, none too many."""
    if isinstance(value, str):
        assert len(value) <= _LONGEST_TEXT
        assert_text(value)
    elif isinstance(value, float):
        assert math.isfinite(value)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            assert_plain(getattr(value, field.name))
    elif isinstance(value, tuple | frozenset):
        assert len(value) <= _MOST_ITEMS
        for item in value:
            assert_plain(item)
    elif isinstance(value, Mapping):
        assert len(value) <= _MOST_ITEMS
        for key, item in value.items():
            assert_plain(key)
            assert_plain(item)
    else:
        assert value is None or isinstance(value, bool | int | Enum | Path), type(value)
