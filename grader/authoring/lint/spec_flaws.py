"""Every mistake that the loaders find in a course's own files, each with its line where there is one."""

import re
from collections.abc import Iterator
from pathlib import Path

from grader.coursefiles.load_course import CourseRead
from grader.model.flaw import Flaw
from grader.model.message import Message
from grader.words import say
from grader.words.catalogue import Said

_TABLE = re.compile(r"^\s*\[+\s*([\w.\"-]+)\s*\]+")


def spec_flaws(course: Path, read: CourseRead) -> Iterator[Flaw]:
    """Yield the mistakes of ``course.toml``, then those of each broken assignment."""
    for message in read.mistakes:
        yield flaw_of(message, course, default="course.toml")
    for broken in read.broken:
        for message in broken.mistakes:
            default = f"assignments/{broken.slug}/assignment.toml"
            yield flaw_of(message, course, default=default, slug=broken.slug)


def folders_without_spec(course: Path) -> Iterator[Flaw]:
    """Yield the folders of ``assignments/`` that hold files and no spec: nobody would grade them."""
    for folder in sorted((course / "assignments").iterdir()):
        if folder.is_dir() and not folder.name.startswith("."):
            files = [path for path in folder.iterdir() if not path.name.startswith(".")]
            if files and not any(folder.glob("*.toml")):
                where = f"assignments/{folder.name}"
                message = say("lint.spec_missing", folder=where)
                yield Flaw(rule="spec-missing", file=where, message=message, assignment=folder.name)


def flaw_of(message: Message, course: Path, *, default: str, slug: str = "") -> Flaw:
    """Return what a loader says as a flaw of the file that it names, else of ``default``."""
    fields = message.fields if isinstance(message, Said) else {}
    named, key = str(fields.get("file", "")), str(fields.get("key", ""))
    file = named if named and (course / named).is_file() else default
    line = None
    if key and (course / file).is_file():
        line = line_of_key((course / file).read_text(encoding="utf-8", errors="replace"), key)
    return Flaw(rule=message.key or "spec", file=file, line=line, message=message, assignment=slug)


def line_of_key(text: str, key: str) -> int | None:
    """Return the line of a TOML file that holds ``key`` (``run.timeout``, ``check.error.below``), if any."""
    lines = text.splitlines()
    block, left = _block(lines, [part for part in re.split(r"[.\[\]]+", key) if part])
    place: int | None = None if block.start == 0 and left else block.start
    for part in left:
        name = rf'"?{re.escape(part)}"?'
        written = re.compile(rf'^\s*(?:[\w"-]+\.)*{name}\s*[.=]|[{{,]\s*{name}\s*=')
        found = next((n for n in block if n >= (place or 0) and written.search(lines[n])), None)
        if found is None:
            break
        place = found
    return None if place is None else place + 1


def _block(lines: list[str], parts: list[str]) -> tuple[range, list[str]]:
    """Return the lines of the table of ``parts``, and what of them is left to be found in it."""
    heads = [(number, found[1]) for number, line in enumerate(lines) if (found := _TABLE.match(line))]
    ends = [*(number for number, _ in heads[1:]), *([len(lines)] if heads else [])]
    same = [
        range(begin, end)
        for (begin, name), end in zip(heads, ends, strict=True)
        if parts and name == parts[0]
    ]
    if len(parts) > 1 and same and lines[same[0].start].lstrip().startswith("[["):
        by_id = re.compile(rf'^\s*(?:id|name)\s*=\s*"{re.escape(parts[1])}"', re.MULTILINE)
        named = [block for block in same if by_id.search("\n".join(lines[n] for n in block))]
        if not named and parts[1].isdigit() and 0 < int(parts[1]) <= len(same):
            named = [same[int(parts[1]) - 1]]
        if named:
            return named[0], parts[2:]
    return (same[0], parts[1:]) if same else (range(len(lines)), parts)
