"""Text tables: CSV with or without a header, numbers between spaces, the course's counted texts."""

import csv
import io
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.datasets.block import Block, unreadable
from grader.datasets.dataset import Column, Dataset, Form
from grader.words.mistake_words import legible, near_miss

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SPACES = " "


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """A text table before anything is a number; ``first`` is the line of its first row."""

    file: str
    header: tuple[str, ...] | None
    rows: list[list[str]]
    first: int

    @property
    def width(self) -> int:
        return len(self.header if self.header is not None else self.rows[0])

    def place(self, column: Column) -> int:
        """Return where ``column`` stands, from 0.

        Raises:
            CourseError: the table has no such column.
        """
        if isinstance(column, int):
            if -self.width <= column < self.width:
                return column % self.width
        elif self.header is not None and column in self.header:
            return self.header.index(column)
        names = self.header or tuple(str(number) for number in range(self.width))
        hint = near_miss(str(column), names)
        raise unreadable(
            self.file, "column", column=legible(str(column)), names=", ".join(map(legible, names)), hint=hint
        )


def read_table(file: str, content: bytes, entry: Dataset) -> Block:
    """Return the rows of a table that holds inputs and targets.

    Raises:
        CourseError: it is not the table that ``entry`` promises; the message says where.
    """
    cells = _read(file, content, entry.form)
    if entry.form.target is None:  # definition_mistakes has seen to it
        raise ValueError("a table without a target")
    target = cells.place(entry.form.target)
    y = _targets(cells, target, entry)
    return _with_inputs(cells, entry.form, target=target, y=y)


def read_inputs(file: str, content: bytes, entry: Dataset) -> Block:
    """Return the rows of a table of inputs alone.

    Raises:
        CourseError: as for :func:`read_table`.
    """
    return _with_inputs(_read(file, content, entry.form), entry.form, target=None, y=None)


def read_targets(file: str, content: bytes, entry: Dataset) -> Block:
    """Return the targets of a file that holds them, in the column of the target or in its only one.

    Raises:
        CourseError: as for :func:`read_table`.
    """
    cells = _read(file, content, entry.form)
    only = cells.width == 1
    if not only and entry.form.target is None:
        raise unreadable(file, "targets", columns=cells.width)
    place = 0 if only or entry.form.target is None else cells.place(entry.form.target)
    name = None if cells.header is None else cells.header[place]
    return Block(y=_targets(cells, place, entry), target_name=name)


def counted_text(lines: Sequence[bytes], columns: int) -> bytes:
    """Return ``lines`` as the course's texts have them: rows and columns first, one row a line."""
    return b"\n".join([f"{len(lines)} {columns}".encode(), *lines, b""])


def read_counted(text: bytes) -> "NDArray[Any]":
    """Return the table of a text whose first line counts its rows and columns."""
    import numpy as np

    counts, _, table = text.partition(b"\n")
    rows, columns = (int(word) for word in counts.split())
    return np.loadtxt(io.BytesIO(table), dtype=np.float64, ndmin=2).reshape(rows, columns)


def write_table(rows: Sequence[Sequence[str]], header: Sequence[str] | None, form: Form) -> bytes:
    """Return a text table written as ``form`` says."""
    if form.delimiter == _SPACES:
        lines = [_SPACES.join(row).encode() for row in rows]
        return counted_text(lines, len(rows[0]) if rows else 0) if form.counted else b"\n".join([*lines, b""])
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=form.delimiter, lineterminator="\n")
    writer.writerows([header, *rows] if header is not None else rows)
    return out.getvalue().encode()


def told_number(value: Any, form: Form) -> str:
    """Return a number as ``form`` writes it: exactly."""
    number = float(value)
    text = repr(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)  # noqa: PLR2004 - exact
    return "" if math.isnan(number) else text.replace(".", form.decimal)


def _read(file: str, content: bytes, form: Form) -> _Cells:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise unreadable(file, "encoding", line=content.count(b"\n", 0, error.start) + 1) from None
    if form.delimiter == _SPACES:
        rows = [line.split() for line in text.splitlines()]
    else:
        rows = _csv_rows(file, text, form)
    rows = [[cell.strip() for cell in row] for row in rows if row]
    counts = [str(len(rows) - 1), str(len(rows[1]))] if form.counted and len(rows) > 1 else None
    if counts is not None and rows[0] != counts:
        raise unreadable(file, "counts", got=" ".join(rows[0])[:40], needed=" ".join(counts))
    above = int(form.header or form.counted)
    header = tuple(rows[0]) if form.header and rows else None
    if len(rows) <= above:
        raise unreadable(file, "empty")
    if twice := [name for name, count in Counter(header or ()).items() if name and count > 1]:
        raise unreadable(file, "column_twice", names=legible(", ".join(twice)))
    cells = _Cells(file=file, header=header, rows=rows[above:], first=above + 1)
    for number, row in enumerate(cells.rows, start=cells.first):
        if len(row) != cells.width:
            raise unreadable(file, "width", row=number, got=len(row), needed=cells.width)
    return cells


def _csv_rows(file: str, text: str, form: Form) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=form.delimiter)
    rows, begun = [], 1
    try:
        for row in reader:
            rows.append(row)
            begun = reader.line_num + 1
    except csv.Error:  # a quotation mark that nothing closes takes the rest of the file for one cell
        raise unreadable(file, "csv", line=begun, limit=csv.field_size_limit()) from None
    return rows


def _with_inputs(cells: _Cells, form: Form, *, target: int | None, y: "NDArray[Any] | None") -> Block:
    import numpy as np

    inputs = [cells.place(column) for column in form.inputs]
    also = {cells.place(column) for column in form.also}
    inputs = inputs or [at for at in range(cells.width) if at != target and at not in also]
    kept = [at for at in range(cells.width) if (at in inputs or at in also) and at != target]
    x = np.array(
        [
            [_number(cells, number, row, at, form) for at in inputs]
            for number, row in enumerate(cells.rows, start=cells.first)
        ],
        dtype=np.float64,
    )
    return Block(
        x=x,
        y=y,
        cells=tuple(tuple(row[at] for at in kept) for row in cells.rows),
        header=None if cells.header is None else tuple(cells.header[at] for at in kept),
        target_at=None if target is None else sum(at < target for at in kept),
        target_name=cells.header[target] if cells.header is not None and target is not None else None,
    )


def _number(cells: _Cells, number: int, row: Sequence[str], at: int, form: Form) -> float:
    """Return one cell as a number; an empty one is not a number."""
    text = row[at]
    try:
        value = float(text.replace(form.decimal, ".")) if text else math.nan
    except ValueError:
        value = math.inf
    if math.isinf(value):
        column = cells.header[at] if cells.header is not None else str(at)
        raise unreadable(cells.file, "number", row=number, column=legible(column), text=legible(text))
    return value


def _targets(cells: _Cells, at: int, entry: Dataset) -> "NDArray[Any]":
    import numpy as np

    if not entry.classes:
        values = [
            _number(cells, n, row, at, entry.form) for n, row in enumerate(cells.rows, start=cells.first)
        ]
        return np.array(values, dtype=np.float64)
    names = entry.classes if entry.form.named else [str(number) for number in range(len(entry.classes))]
    numbers = {name: number for number, name in enumerate(names)}
    for line, row in enumerate(cells.rows, start=cells.first):
        if row[at] not in numbers:
            raise unreadable(
                cells.file, "class", row=line, text=legible(row[at]), names=legible(", ".join(names))
            )
    return np.array([numbers[row[at]] for row in cells.rows], dtype=np.int64)
