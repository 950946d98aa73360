"""Writes the files that ``[[give]]`` names, in the format that the dataset came in."""

import gzip
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.datasets.array_files import idx_bytes, npz_bytes
from grader.datasets.assemble import CELLS, TESTED
from grader.datasets.dataset import Given, file_of
from grader.datasets.image_files import pictures_zip
from grader.datasets.parsed import npy_bytes
from grader.datasets.text_tables import told_number, write_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from grader.datasets.arrangement import Arrangement
    from grader.datasets.prepare import Prepared


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Part:
    """Rows of one file as they are served: where each stands in what was read, and what is shown there."""

    role: str
    rows: "NDArray[Any]"
    targets: "NDArray[Any]"


def given_files(prepared: "Prepared", arrangement: "Arrangement") -> dict[str, bytes]:
    """Return the content of every file that programs find, by name."""
    by_file: dict[str, list[Given]] = {}
    for one in prepared.dataset.given:
        by_file.setdefault(file_of(one.file), []).append(one)
    return {name: _content(name, given, prepared, arrangement) for name, given in by_file.items()}


def _content(name: str, given: list[Given], prepared: "Prepared", arrangement: "Arrangement") -> bytes:
    if name.endswith(".npz"):
        members = {one.file.partition(":")[2]: one for one in given}
        return npz_bytes({m: _array(one, prepared, arrangement) for m, one in members.items()})
    (first, *_) = given
    reader = prepared.dataset.reader
    if reader in ("csv", "text"):
        return _text(first, prepared, arrangement)
    if reader == "images":
        return _pictures(first, prepared, arrangement)
    array = _array(first, prepared, arrangement)
    if reader == "npy":
        return npy_bytes(array)
    packed = idx_bytes(array.astype("uint8"))
    # Stored, not squeezed: the copy lives for one run.
    return gzip.compress(packed, compresslevel=0, mtime=0) if name.endswith(".gz") else packed


def _array(given: Given, prepared: "Prepared", arrangement: "Arrangement") -> "NDArray[Any]":
    import numpy as np

    parts = _in_places(given, prepared, arrangement)
    rows = _inputs(prepared)
    inputs = np.stack([rows[role][row] for role, row, _ in parts])
    targets = np.array([target for *_, target in parts])
    if given.columns == "inputs":
        return inputs
    if given.columns == "target":
        return targets
    at = prepared.dataset.form.target
    place = at if isinstance(at, int) else inputs.shape[1]
    return np.insert(inputs, place if place >= 0 else inputs.shape[1] + 1 + place, targets, axis=1)


def _text(given: Given, prepared: "Prepared", arrangement: "Arrangement") -> bytes:
    form = prepared.dataset.form
    kept: dict[str, Any] = json.loads((prepared.folder / CELLS).read_bytes())
    shape = kept["train" if given.rows == "all" else given.rows]
    named = form.target if isinstance(form.target, str) else "target"
    name: str = shape["target_name"] or kept["train"]["target_name"] or named
    at = shape["target_at"]
    header: list[str] | None = shape["header"]

    def row(cells: list[str], target: str) -> list[str]:
        if given.columns == "inputs":
            return cells
        if given.columns == "target":
            return [target]
        place = len(cells) if at is None else at
        return [*cells[:place], target, *cells[place:]]

    rows = [
        row(kept[role]["cells"][number], _told(target, prepared))
        for role, number, target in _in_places(given, prepared, arrangement)
    ]
    return write_table(rows, None if header is None else row(header, name), form)


def _pictures(given: Given, prepared: "Prepared", arrangement: "Arrangement") -> bytes:
    labelled, pictures = given.columns == "all", _inputs(prepared)
    return pictures_zip(
        (_told(target, prepared) if labelled else None, pictures[role][row])
        for role, row, target in _in_places(given, prepared, arrangement)
    )


def _inputs(prepared: "Prepared") -> "dict[str, NDArray[Any]]":
    return {"train": prepared.x_train, "test": prepared.x_graded}


def _told(target: Any, prepared: "Prepared") -> str:
    entry = prepared.dataset
    if not entry.classes:
        return told_number(target, entry.form)
    return entry.classes[int(target)] if entry.form.named else str(int(target))


def _in_places(
    given: Given, prepared: "Prepared", arrangement: "Arrangement"
) -> "list[tuple[str, int, Any]]":
    """Return for every row of a file where it was read from, and the target shown with it."""
    import numpy as np

    count = np.arange(len(prepared.y_train))
    x_rows = count if arrangement.x_rows is None else arrangement.x_rows
    y_rows = count if arrangement.y_rows is None else arrangement.y_rows
    parts = {
        "train": _Part(role="train", rows=x_rows, targets=prepared.y_train[y_rows]),
        "test": _Part(role="test", rows=arrangement.order, targets=arrangement.y_test),
    }
    if given.rows != "all":
        return list(_rows_of(parts[given.rows]))
    train, test = _rows_of(parts["train"]), _rows_of(parts["test"])
    tested = prepared.folder / TESTED
    if not tested.is_file():
        return [*train, *test]
    sources = {True: iter(test), False: iter(train)}
    return [next(sources[bool(one)]) for one in np.load(tested, allow_pickle=False)]


def _rows_of(part: _Part) -> "Iterable[tuple[str, int, Any]]":
    pairs = zip(part.rows.tolist(), part.targets.tolist(), strict=True)
    return ((part.role, row, target) for row, target in pairs)
