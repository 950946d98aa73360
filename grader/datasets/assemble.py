"""From a dataset's files to its arrays: who reads them, which rows train, which are graded."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.datasets.array_files import read_array, read_idx
from grader.datasets.block import Block, unreadable
from grader.datasets.dataset import By, Dataset, Source, Split, file_of
from grader.datasets.image_files import read_pictures
from grader.datasets.parsed import Parsed, npy_bytes
from grader.datasets.read_definition import FILE
from grader.datasets.text_tables import read_inputs, read_table, read_targets
from grader.model.errors import CourseError
from grader.words import say
from grader.words.mistake_words import legible

if TYPE_CHECKING:
    from numpy.typing import NDArray

CELLS = "source/cells.json"
TESTED = "source/tested.npy"
_LONGEST_PLACE = 18
_FEW_ROWS = 8
"""Of fewer rows any column may spell the labels by chance."""


def parse(entry: Dataset, files: Mapping[str, Path]) -> Parsed:
    """Return the dataset ``entry`` from its ``files`` (by name), whose checksums were verified.

    A hidden file may be absent: then the labels of the graded rows are unknown, and where the rows
    themselves are hidden, the training rows stand in for them.

    Raises:
        CourseError: a file does not hold what ``entry`` says.
    """
    if entry.reader == "own":
        parsed: Parsed = import_module(f"{entry.package}.reader").read(files)
        return parsed
    if entry.split is None:  # definition_mistakes has seen to it
        raise ValueError(f"{entry.name} has no split")
    train, graded, tested = _blocks(entry, entry.split, files)
    if not len(train) or not len(graded):
        raise unreadable(FILE, "nothing_left", train=len(train), test=len(graded))
    if train.x is None or train.y is None or graded.x is None:
        raise ValueError(f"{entry.name}: rows without inputs")
    _refuse_one_target(train, None if entry.labels_hidden else graded)
    if entry.labels_hidden:
        _refuse_spelt_labels(graded)
    return Parsed(
        x_train=train.x,
        y_train=train.y,
        x_graded=graded.x,
        y_graded=graded.y,
        files=_sources(train, graded, tested),
    )


def _blocks(
    entry: Dataset, split: Split, files: Mapping[str, Path]
) -> "tuple[Block, Block, NDArray[Any] | None]":
    """Return training rows, graded rows, and, where they stand in one file, which of its rows are graded."""
    if split.train is not None and split.test is not None:
        train = _block(split.train, entry, files)
        if file_of(split.test.inputs) not in files:
            return train, replace(train, y=None), None
        graded = _block(split.test, entry, files)
        if None not in (train.header, graded.header) and train.header != graded.header:
            wanted, got = (legible(", ".join(one.header or ())) for one in (train, graded))
            raise unreadable(split.test.inputs, "other_columns", wanted=wanted, got=got)
        return train, graded, None
    if split.whole is None:
        raise ValueError(f"{entry.name} has no rows to split")
    whole = _block(split.whole, entry, files)
    tested = _tested(split, len(whole), files)
    return _some(whole, ~tested), _some(whole, tested), tested


def _block(source: Source, entry: Dataset, files: Mapping[str, Path]) -> Block:
    if source.target is None:
        return _labelled(source.inputs, entry, files)
    inputs = _inputs(source.inputs, entry, files)
    if file_of(source.target) not in files:
        return inputs
    targets = _targets(source.target, entry, files)
    if len(targets) != len(inputs):
        raise unreadable(source.target, "rows", got=len(targets), needed=len(inputs), other=source.inputs)
    return replace(inputs, y=targets.y, target_name=targets.target_name)


def _labelled(name: str, entry: Dataset, files: Mapping[str, Path]) -> Block:
    """Return the rows of a file that holds inputs and targets."""
    content = files[file_of(name)].read_bytes()
    if entry.reader == "images":
        return read_pictures(name, content, entry, labelled=True)
    if entry.reader == "npy":
        array, at = read_array(name, content, name.partition(":")[2]), entry.form.target
        if array.ndim != 2 or not isinstance(at, int) or not -array.shape[1] <= at < array.shape[1]:  # noqa: PLR2004 - a table
            raise unreadable(name, "array_columns", shape=str(array.shape))
        import numpy as np

        return Block(x=np.delete(array, at, axis=1), y=_numbers(name, array[:, at], entry))
    if entry.reader == "idx":
        raise unreadable(name, "idx_table")
    return read_table(name, content, entry)


def _inputs(name: str, entry: Dataset, files: Mapping[str, Path]) -> Block:
    content = files[file_of(name)].read_bytes()
    if entry.reader == "images":
        return read_pictures(name, content, entry, labelled=False)
    if entry.reader == "npy":
        return Block(x=read_array(name, content, name.partition(":")[2]))
    if entry.reader == "idx":
        return Block(x=read_idx(name, content))
    return read_inputs(name, content, entry)


def _targets(name: str, entry: Dataset, files: Mapping[str, Path]) -> Block:
    content = files[file_of(name)].read_bytes()
    if entry.reader == "npy":
        return Block(y=_numbers(name, read_array(name, content, name.partition(":")[2]), entry))
    if entry.reader == "idx":
        return Block(y=_numbers(name, read_idx(name, content), entry))
    return read_targets(name, content, entry)


def _numbers(name: str, array: "NDArray[Any]", entry: Dataset) -> "NDArray[Any]":
    """Return targets that came as numbers: classes count from 0."""
    import numpy as np

    if array.ndim == 2 and array.shape[1] == 1:  # noqa: PLR2004 - a column
        array = array[:, 0]
    if array.ndim != 1:
        raise unreadable(name, "array_targets", shape=str(array.shape))
    if not entry.classes:
        return array.astype(np.float64)
    whole = array if np.issubdtype(array.dtype, np.integer) else array.astype(np.int64)
    if not (whole == array).all() or not ((whole >= 0) & (whole < len(entry.classes))).all():
        raise unreadable(name, "class_numbers", classes=len(entry.classes))
    return whole


def _tested(split: Split, rows: int, files: Mapping[str, Path]) -> "NDArray[Any]":
    """Return which rows are graded."""
    import numpy as np

    numbers = np.arange(rows)
    if split.by is By.EVEN:
        return np.asarray(numbers % 2 == 1)
    if split.by is By.EVERY:
        return np.asarray((numbers % split.every == split.start % split.every) & (numbers >= split.start))
    if split.by is By.INDICES:
        chosen = np.zeros(rows, dtype=bool)
        chosen[_places(split, rows, files)] = True
        return chosen
    # Not numpy's generators: their draws may change with a version, and the split with them.
    keys = [hashlib.sha256(f"{split.seed}:{row}".encode()).digest() for row in range(rows)]
    drawn = sorted(range(rows), key=keys.__getitem__)[: round(split.share * rows)]
    return np.isin(numbers, drawn)


def _places(split: Split, rows: int, files: Mapping[str, Path]) -> list[int]:
    name = split.places_from
    words = [str(p) for p in split.places]
    if name:
        words = files[name].read_text(encoding="utf-8", errors="replace").split()
    for word in words:
        if not word.isdecimal() or len(word) > _LONGEST_PLACE or int(word) >= rows:
            raise unreadable(name or FILE, "place", text=legible(word), rows=rows)
    return [int(word) for word in words]


def _some(block: Block, chosen: "NDArray[Any]") -> Block:
    cells = block.cells
    return replace(
        block,
        x=None if block.x is None else block.x[chosen],
        y=None if block.y is None else block.y[chosen],
        cells=None if cells is None else tuple(row for row, one in zip(cells, chosen, strict=True) if one),
    )


def _refuse_one_target(train: Block, graded: Block | None) -> None:
    """Refuse rows that all have the same target: there is nothing to learn, or a constant is right.

    Of ``graded`` rows with hidden labels nothing is told: not even that.

    Raises:
        CourseError: they have.
    """
    for block, problem in ((train, "one_target_to_learn"), (graded, "one_target_to_tell")):
        if block is not None and block.y is not None and len(block) > 1 and len(set(block.y.tolist())) == 1:
            raise unreadable(FILE, problem, rows=len(block))


def _refuse_spelt_labels(graded: Block) -> None:
    """Refuse graded rows of which a column spells the hidden labels: programs would be shown it.

    Raises:
        CourseError: naming the column.
    """
    if graded.y is None or len(graded) < _FEW_ROWS or len(set(graded.y.tolist())) < 2:  # noqa: PLR2004 - one class
        return
    columns: list[tuple[str, list[Any]]] = []
    if graded.cells is not None:
        names = graded.header or tuple(str(at) for at in range(len(graded.cells[0])))
        columns = [(name, [row[at] for row in graded.cells]) for at, name in enumerate(names)]
    elif graded.x is not None and graded.x.ndim == 2:  # noqa: PLR2004 - a table
        columns = [(str(at), graded.x[:, at].tolist()) for at in range(graded.x.shape[1])]
    labels = graded.y.tolist()
    for name, column in columns:
        pairs = len(set(zip(column, labels, strict=True)))
        if pairs == len(set(column)) == len(set(labels)) < len(labels) or _equal(column, labels):
            raise CourseError(say("column-spells-labels", column=legible(name)))


def _equal(column: list[Any], labels: list[Any]) -> bool:
    try:
        return [float(str(cell).replace(",", ".")) for cell in column] == labels
    except ValueError:
        return False


def _sources(train: Block, graded: Block, tested: "NDArray[Any] | None") -> dict[str, bytes]:
    """Return what the files that programs find are written from; no target stands in it."""
    files: dict[str, bytes] = {}
    if train.cells is not None and graded.cells is not None:
        kept = {"train": _kept(train), "test": _kept(graded)}
        files[CELLS] = json.dumps(kept, ensure_ascii=False).encode()
    if tested is not None:
        files[TESTED] = npy_bytes(tested)
    return files


def _kept(block: Block) -> dict[str, Any]:
    return {
        "cells": block.cells,
        "header": block.header,
        "target_at": block.target_at,
        "target_name": block.target_name,
    }
