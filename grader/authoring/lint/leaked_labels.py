"""Hidden labels in what students get: one after the other in any spelling, or beside their rows."""

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from grader.authoring.lint.look import Look
from grader.authoring.lint.student_files import StudentFile
from grader.model.flaw import Flaw
from grader.words import say

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BITS = 24.0
"""A sequence that chance would spell once in 16 million is no coincidence."""
_TOKEN = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|[^\W\d_]\w*")
_MANY = 0.2
_SURE = 0.95


def leaked_labels(look: Look) -> Iterator[Flaw]:
    """Yield each file of the students' that spells the hidden labels; nothing where none are hidden."""
    prepared = look.prepared
    if prepared is None or not prepared.dataset.labels_hidden or not prepared.labels_known:
        return
    labels = prepared.y_graded.tolist()
    if _bits(labels) < _BITS:
        return
    spelled = _spellings(labels, prepared.dataset.classes)
    for file in look.given:
        if any(_spells(file, spelling) for spelling in spelled):
            message = say("lint.leak-labels", file=file.where)
            yield Flaw(rule="leak-labels", file=file.where, message=message, assignment=look.slug)
        elif _beside_rows(file, prepared.x_graded, spelled):
            message = say("lint.leak-labelled-rows", file=file.where)
            yield Flaw(rule="leak-labelled-rows", file=file.where, message=message, assignment=look.slug)


def _bits(labels: Sequence[Any]) -> float:
    """Return how much ``labels`` say that nobody could guess from their frequencies."""
    n = len(labels)
    return sum(-count * math.log2(count / n) for count in Counter(labels).values())


def _spellings(labels: Sequence[Any], classes: Sequence[str]) -> list[list[str]]:
    """Return the labels as people may write them: numbers from 0 or 1, names of classes."""
    if not classes:
        return [[_number(label) for label in labels]]
    numbers = [int(label) for label in labels]
    return [
        [str(n) for n in numbers],
        [str(n + 1) for n in numbers],
        [classes[n].casefold() for n in numbers],
    ]


def _number(value: Any) -> str:
    """Return a number so that 3, 3.0 and "3.00" are one."""
    try:
        return f"{float(value):.9g}"
    except ValueError:
        return str(value).strip().casefold()


def _spells(file: StudentFile, spelling: Sequence[str]) -> bool:
    """Return whether ``file`` holds the labels in their order: in its text, a column, an array, one word."""
    wanted = "\x1f".join(_number(one) for one in spelling)
    return any(f"\x1f{wanted}\x1f" in f"\x1f{line}\x1f" for line in _sequences(file)) or (
        all(len(one) == 1 for one in spelling)
        and any("".join(spelling) in re.sub(r"[\s,;'\"]+", "", piece.text) for piece in file.pieces)
    )


def _sequences(file: StudentFile) -> Iterator[str]:
    for piece in file.pieces:
        yield "\x1f".join(_number(one) for one in _TOKEN.findall(piece.text))
        yield "\x1f".join(line.strip().casefold() for line in piece.text.splitlines() if line.strip())
        for column in zip(*_table(piece.text), strict=False):
            yield "\x1f".join(_number(one) for one in column)
    for array in _arrays(file):
        yield "\x1f".join(_number(one) for one in array.ravel().tolist())
        if array.ndim > 1:
            for column in array.reshape(array.shape[0], -1).T[:100]:
                yield "\x1f".join(_number(one) for one in column.tolist())


def _table(text: str) -> list[list[str]]:
    """Return the rows of a text table, all of one width; none where the text is no table."""
    head = text[:4096]
    delimiter = max(";\t,", key=head.count)
    if head.count(delimiter) < 1:
        return [line.split() for line in text.splitlines() if line.strip()]
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]
    width = Counter(map(len, rows)).most_common(1)
    return [row for row in rows if len(row) == width[0][0]] if width else []


def _arrays(file: StudentFile) -> Iterator["NDArray[Any]"]:
    import numpy as np

    if file.path.suffix.lower() not in (".npy", ".npz"):
        return
    try:
        loaded = np.load(io.BytesIO(file.content), allow_pickle=False)
        yield from (loaded.values() if hasattr(loaded, "values") else (loaded,))
    except (ValueError, OSError, EOFError, KeyError):  # not what its name says: others tell that
        return


def _beside_rows(file: StudentFile, inputs: "NDArray[Any]", spelled: Sequence[Sequence[str]]) -> bool:
    """Return whether a table holds many graded rows, in any order, with the label of each beside them."""
    if inputs.ndim != 2:  # noqa: PLR2004 - a table
        return False
    rows = [
        [_number(cell.replace(",", ".") if ";" in piece.text[:4096] else cell) for cell in row]
        for piece in file.pieces
        for row in _table(piece.text)
    ]
    width = inputs.shape[1]
    if not rows or len(rows[0]) <= width:
        return False
    return any(_matches(rows, inputs, spelling) for spelling in spelled)


def _matches(rows: list[list[str]], inputs: "NDArray[Any]", spelling: Sequence[str]) -> bool:
    """Return whether the values of graded rows stand in ``rows`` together with their labels."""
    labelled: dict[frozenset[str], set[str]] = {}
    for values, label in zip(inputs.tolist(), spelling, strict=True):
        labelled.setdefault(frozenset(map(_number, values)), set()).add(_number(label))
    clear = {key: next(iter(labels)) for key, labels in labelled.items() if len(labels) == 1}
    few = min(len(key) for key in clear) if clear else 0
    if few < inputs.shape[1] / 2:  # rows of a few values are alike by nature
        return False
    seen = right = 0
    for row in rows:
        for key in _without_some(row, inputs.shape[1]):
            if key in clear:
                seen += 1
                right += clear[key] in {*row}
                break
    return seen >= _MANY * len(clear) and right >= _SURE * seen


def _without_some(row: list[str], width: int) -> Iterator[frozenset[str]]:
    """Yield the values of ``width`` neighbouring columns, and those left without one column."""
    for begin in range(len(row) - width + 1):
        yield frozenset(row[begin : begin + width])
    if len(row) == width + 1:
        for place in range(len(row)):
            yield frozenset(row[:place] + row[place + 1 :])
