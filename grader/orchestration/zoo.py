"""The zoo of ``grader selftest``: bad programs and honest ones, written for an assignment's own data.

Programs stand as templates in ``grader/zoo``; loaders, numbers of classes and, for those that bring their
answers along, the answers themselves are filled in here. They are run like any submission, in a sandbox.
"""

import io
import string
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.datasets.dataset import Dataset
from grader.datasets.prepare import Prepared, truth
from grader.model.assignment import Assignment
from grader.model.errors import CourseError
from grader.model.selftest import Animal
from grader.words import say

if TYPE_CHECKING:
    from numpy.typing import NDArray

REFERENCE = Animal(name="reference", control=True)
"""The course's own reference solution: the control that every assignment has."""
TWINS = "twins"
OTHER_TWIN = "twins-other"
_FOUR_FILES = {
    ("train", "inputs"): "ax",
    ("train", "target"): "ay",
    ("test", "inputs"): "qx",
    ("test", "target"): "qy",
}
_MOST_ROWS = 5_000
_ROWS_SEEN = 25_000
"""Rows that a quick network sees in training, all epochs together."""
_PIECE = 30
_MOST_HIDDEN = 3_000
_DIGITS = string.digits + string.ascii_lowercase
_RENAMED = {"brain": "net", "kept": "some", "left": "seen", "right": "asked", "centre": "mu", "spread": "sd"}


@cache
def animals() -> tuple[Animal, ...]:
    """Return every animal of the zoo, in the order in which they are shown."""
    listed = tomllib.loads((_zoo() / "zoo.toml").read_text(encoding="utf-8"))
    return tuple(
        Animal(
            name=name,
            control=entry.get("control", False),
            tolerated=entry.get("tolerated", False),
            caught_by=tuple(entry.get("caught_by", ())),
            files=tuple(entry.get("files", ())),
        )
        for name, entry in listed.items()
    )


def animals_for(dataset: Dataset) -> tuple[Animal, ...]:
    """Return the animals with programs for such data: none without classes or with hidden labels."""
    if not dataset.classes or dataset.labels_hidden:  # some of the programs hold the labels
        return ()
    return tuple(one for one in animals() if _template(one, dataset).is_file())


def _template(animal: Animal, dataset: Dataset) -> Traversable:
    return _zoo() / ("typed" if dataset.typed else "served") / f"{animal.name}.py.tmpl"


def write_zoo(assignment: Assignment, prepared: Prepared, into: Path) -> tuple[Animal, ...]:
    """Write the programs for ``assignment`` as submissions below ``into`` and return whose they are.

    Each animal is a student. The twins are two, the second under :data:`OTHER_TWIN`.

    Raises:
        CourseError: the zoo has no programs for such data.
    """
    entry = prepared.dataset
    written = animals_for(entry)
    if not written:
        raise CourseError(say("zoo-without-programs", name=assignment.slug, dataset=entry.name))
    fields = _typed_fields(prepared) if entry.typed else _served_fields(prepared)
    fields |= {"classes": str(len(entry.classes)), "slug": assignment.slug}
    for animal in written:
        program = _filled(_template(animal, entry), fields)
        files = {name: _MAKERS[name](prepared) for name in animal.files}
        _hand_in(into, animal.name, assignment.slug, program, files)
        if animal.name == TWINS:
            _hand_in(into, OTHER_TWIN, assignment.slug, _renamed(program), files)
    return written


def _zoo() -> Traversable:
    return resources.files("grader") / "zoo"


def _filled(template: Traversable, fields: Mapping[str, str]) -> str:
    return string.Template(template.read_text(encoding="utf-8")).substitute(fields)


def _hand_in(into: Path, student: str, slug: str, program: str, files: Mapping[str, bytes]) -> None:
    place = into / student / slug
    place.mkdir(parents=True)
    (place / f"{slug}.py").write_text(program, encoding="utf-8")
    for name, content in files.items():
        (place / name).write_bytes(content)


def _renamed(program: str) -> str:
    """Return the same program as a friend hands it in: other names, no comments."""
    lines = [line for line in program.splitlines() if not line.startswith("#")]
    renamed = "\n".join(lines) + "\n"
    for own, other in _RENAMED.items():
        renamed = renamed.replace(own, other)
    return renamed


def _served_fields(prepared: Prepared) -> dict[str, str]:
    import numpy as np

    entry = prepared.dataset
    rows = min(len(prepared.y_train), _MOST_ROWS)
    epochs = max(3, min(_ROWS_SEEN // rows, 50))
    labels = truth(prepared)
    by_content = labels[np.lexsort(_table(prepared.x_graded).T[::-1])]
    fields = {
        "most_rows": str(rows),
        "epochs": str(epochs),
        "few_epochs": str(max(2, epochs // 4)),
        "classes": str(len(entry.classes)),
        "labels_by_position": _spelled(labels),
        "labels_sum": str(int((prepared.y_train.astype(np.int64) * np.arange(len(prepared.y_train))).sum())),
        "labels_by_content": _spelled(by_content),
    }
    pieces = _zoo() / "pieces"
    shared = {name: _filled(pieces / f"{name}.py.tmpl", fields) for name in ("network", "nearest", "table")}
    fields |= _in_pieces(fields["labels_by_content"])
    return fields | {name: text.rstrip("\n") for name, text in {**shared, "rows": _rows(entry)}.items()}


def _in_pieces(labels: str) -> dict[str, str]:
    """Return assignments of pieces of ``labels``, and how many there are."""
    pieces = [labels[at : at + _PIECE] for at in range(0, len(labels), _PIECE)]
    named = [f'part{number} = "{piece}"' for number, piece in enumerate(pieces)]
    return {"label_pieces": "\n".join(named), "pieces": str(len(pieces))}


def _rows(entry: Dataset) -> str:
    """Return the lines by which a program loads the data: as its ``dataset.toml`` says that programs do.

    Raises:
        CourseError: neither by ``keras.datasets``, nor from four files of numbers.
    """
    pieces = _zoo() / "pieces"
    if entry.loader is not None:
        return _filled(pieces / "image_rows.py.tmpl", {"loader": entry.loader})
    found = {(one.rows, one.columns): one.file for one in entry.given}
    if entry.form.named or not found.keys() >= _FOUR_FILES.keys():
        raise CourseError(say("zoo-without-programs", name=entry.name, dataset=entry.name))
    delimiter = "" if entry.form.delimiter == " " else f", delimiter={entry.form.delimiter!r}"
    fields = {"how": f"skiprows={int(entry.form.header or entry.form.counted)}{delimiter}"}
    fields |= {letters: f'"{found[part]}"' for part, letters in _FOUR_FILES.items()}
    return _filled(pieces / "text_rows.py.tmpl", fields)


def _typed_fields(prepared: Prepared) -> dict[str, str]:
    start, stop = prepared.groups["test"]
    asked, answers = prepared.x_graded[start:stop], truth(prepared)[start:stop]
    return {
        "training": _typed("A", prepared.x_train, prepared.y_train),
        "testing": _typed("Q", asked, answers),
        "answers": repr(answers.tolist()),
    }


def _typed(letter: str, rows: "NDArray[Any]", labels: "NDArray[Any]") -> str:
    inputs = f'{letter}X = np.array({rows.tolist()!r}, dtype="float32")'
    return f"{inputs}\n{letter}Y = np.array({labels.tolist()!r})"


def _spelled(labels: "NDArray[Any]") -> str:
    return "".join(_DIGITS[label] for label in labels.tolist())


def _table(rows: "NDArray[Any]") -> "NDArray[Any]":
    return rows.reshape(len(rows), -1)


def weights_by_heart(prepared: Prepared) -> bytes:
    """Return the weights of a network with one hidden layer that knows the graded rows by heart, as .npz.

    Random features and a ridge on the true labels: what a student could bring from home for public data.
    """
    import numpy as np

    rows: NDArray[Any] = _table(prepared.x_graded).astype(np.float32)
    targets = np.eye(len(prepared.dataset.classes), dtype=np.float32)[truth(prepared)]
    width, hidden = rows.shape[1], max(8, min(2 * len(rows) // 3, _MOST_HIDDEN))
    random = np.random.default_rng(0)
    mean, deviation = rows.mean(axis=0), rows.std(axis=0)
    deviation[deviation == 0] = 1
    scaled = (random.normal(size=(width, hidden)) / np.sqrt(width)).astype(np.float32)
    into = scaled / deviation[:, None]
    bias = random.uniform(-1, 1, hidden).astype(np.float32) - (mean / deviation) @ scaled
    features = np.maximum(rows @ into + bias, 0)
    normal = (features.T @ features).astype(np.float64)
    normal[np.diag_indices(hidden)] += 1e-4 * np.trace(normal) / hidden
    out = np.linalg.solve(normal, (features.T @ targets).astype(np.float64)).astype(np.float32)
    stream = io.BytesIO()
    nothing = np.zeros(out.shape[1], dtype=np.float32)
    np.savez(stream, hidden=into, hidden_bias=bias, out=out, out_bias=nothing)
    return stream.getvalue()


_MAKERS = {"weights.npz": weights_by_heart}
