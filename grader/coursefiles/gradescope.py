"""Who handed in which folder of a Gradescope export: the submitters in its ``submission_metadata.yml``.

Gradescope writes, as Ruby does::

    submission_111:
      :submitters:
      - :name: Ana Silva
        :sid: '101'

and below it everything its autograder said. Of that the names alone are taken, from the events of a parser:
no object is made of what stands there, no alias is followed.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.model.errors import SubmissionError
from grader.readers.plain_text import plain_line
from grader.words import say

LIST_OF_SUBMITTERS = "submission_metadata.yml"
_MOST_BYTES = 32 * 2**20
_LONGEST = 100
_FOLDER = re.compile(r"submission_\d{3,30}")
_SUBMITTERS = (":submitters", "submitters")
_NAMES = (":name", "name")
_NUMBERS = (":sid", "sid")


def read_submitters(folder: Path) -> Mapping[str, str]:
    """Return for each submission's folder in ``folder`` who handed it in, a group by all of its names.

    A folder of which the list tells nobody is left out.

    Raises:
        SubmissionError: the list is too large, cannot be read, or is no YAML.
    """
    return submitters_in(_content(folder / LIST_OF_SUBMITTERS))


def submitters_in(content: bytes) -> Mapping[str, str]:
    """Return what a list of ``content`` says of each submission's folder: who handed it in.

    Raises:
        SubmissionError: it is no YAML.
    """
    called = {name: ", ".join(map(_called, found)) for name, found in _people(content).items()}
    while alike := {who for who, often in Counter(called.values()).items() if often > 1}:
        # Two namesakes would be one student: the submission's own number tells them apart.
        called = {
            name: f"{who} ({name.removeprefix('submission_')})" if who in alike else who
            for name, who in called.items()
        }
    return called


def _content(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
    except OSError as problem:
        raise SubmissionError(
            say("submission-unreadable", path=path.name, problem=problem.strerror or "")
        ) from None
    if len(content) > _MOST_BYTES:
        size = len(content) / 2**20
        raise SubmissionError(say("file-too-large", path=path.name, size=size, limit=_MOST_BYTES // 2**20))
    return content


@dataclass(slots=True, kw_only=True)
class _Person:
    """One submitter, as far as the list was read."""

    name: str = ""
    number: str = ""


def _called(person: _Person) -> str:
    return f"{person.name} ({person.number})" if person.name and person.number else person.name


def _people(content: bytes) -> dict[str, list[_Person]]:
    """Return the submitters of every folder that Gradescope may have named so."""
    found: dict[str, dict[str, _Person]] = {}
    for path, value in _scalars(_events(content)):
        folder, submitters, number, key = path
        if submitters not in _SUBMITTERS or not _FOLDER.fullmatch(folder):
            continue
        person = found.setdefault(folder, {}).setdefault(number, _Person())
        if key in _NAMES:
            person.name = plain_line(value, limit=_LONGEST)
        elif key in _NUMBERS:
            person.number = plain_line(value, limit=_LONGEST)
    named = {folder: [p for p in people.values() if p.name] for folder, people in found.items()}
    return {folder: people for folder, people in named.items() if people}


def _events(content: bytes) -> Iterator[Any]:
    """Yield what the parser meets.

    Raises:
        SubmissionError: it is no YAML.
    """
    import yaml

    # libyaml's own bounds on depth hold there; a build without it has the slow parser alone.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        yield from yaml.parse(content, Loader=loader)
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        described = plain_line(str(problem), limit=_LONGEST)
        raise SubmissionError(
            say("gradescope-list-malformed", path=LIST_OF_SUBMITTERS, problem=described)
        ) from None


@dataclass(slots=True, kw_only=True)
class _Open:
    """A mapping or sequence that was begun: the key or number that the next value stands under."""

    keyed: bool
    key: str = ""
    awaits_key: bool = field(default=True)
    number: int = -1

    def next_value(self) -> None:
        """Move on to the value that begins now."""
        self.number += 1
        if not self.keyed:
            self.key = str(self.number)
        self.awaits_key = self.keyed


def _scalars(events: Iterable[Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the texts that stand four deep, each under its keys and numbers from the top."""
    above: list[_Open] = []
    for event in events:
        kind = type(event).__name__
        if kind in ("ScalarEvent", "AliasEvent"):
            value = str(getattr(event, "value", ""))
            if above and above[-1].keyed and above[-1].awaits_key:
                above[-1].key, above[-1].awaits_key = value, False
                continue
            if above:
                above[-1].next_value()
            if len(above) == len(("folder", ":submitters", "number", ":name")):
                yield tuple(place.key for place in above), value
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            if above:
                _begin(above[-1])
            above.append(_Open(keyed=kind == "MappingStartEvent"))
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            above.pop()


def _begin(place: _Open) -> None:
    """Enter a collection below ``place``; one in the place of a key is a key that nobody asks for."""
    if place.keyed and place.awaits_key:
        place.key, place.awaits_key = "", False
    else:
        place.next_value()
