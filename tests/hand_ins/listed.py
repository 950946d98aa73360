"""What is handed in: ``hand_ins.toml`` read, programs laid out as students hand them in.

``should`` says what is right: ``passed`` or ``failed`` (measured), ``told`` (the error is the student's own,
and is named), ``person`` (one must look, and the cause is named), ``accused`` (labels or test rows were
used). Where two are right, both stand there. ``told`` are words that the message must have, or a code.
``gap`` says what is not as it should be yet: tests ask that it is taken out once it is mended.
"""

import base64
import json
import re
import shutil
import tomllib
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TESTS = HERE.parent
CELL = re.compile(r"^# %%(?: \[(markdown|out|picture|lines)(?: (.+))?\])?\n", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandIn:
    """One program, with what should become of it."""

    file: Path
    assignment: str
    should: tuple[str, ...]
    kind: str
    told: str = ""
    gap: str = ""

    @property
    def name(self) -> str:
        """The student who hands it in: nobody else is called so."""
        return self.file.stem

    @property
    def place(self) -> str:
        """Where it stands, below ``tests/``."""
        return self.file.relative_to(TESTS).as_posix()

    @property
    def honest(self) -> bool:
        """Whether nothing in it may be held against its author."""
        return "accused" not in self.should


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassReceived:
    """A folder or a zip of several students, with whom it should be read as."""

    name: str
    kind: str
    students: tuple[str, ...]
    files: dict[str, Path]
    submitters: dict[str, str] = field(default_factory=dict)


def _read() -> dict[str, Any]:
    return tomllib.loads((HERE / "hand_ins.toml").read_text(encoding="utf-8"))


def _path(written: str) -> Path:
    return (HERE / written).resolve()


def hand_ins() -> list[HandIn]:
    """Return all programs, in the order of their places."""
    found = [
        HandIn(
            file=_path(table["file"]),
            assignment=table["assignment"],
            should=(table["should"],) if isinstance(table["should"], str) else tuple(table["should"]),
            kind=table["kind"],
            told=table.get("told", ""),
            gap=table.get("gap", ""),
        )
        for table in _read()["hand_in"]
    ]
    return sorted(found, key=lambda one: (not one.file.is_relative_to(HERE), one.place))


def classes() -> list[ClassReceived]:
    """Return all folders and zips of several students."""
    return [
        ClassReceived(
            name=table["name"],
            kind=table["kind"],
            students=tuple(table["students"]),
            files={place: _path(file) for place, file in table["files"].items()},
            submitters=table.get("submitters", {}),
        )
        for table in _read()["class"]
    ]


def notebook(text: str) -> str:
    """Return the notebook that ``text`` stands for: cells parted by lines ``# %%``.

    ``# %% [markdown]`` begins a cell of prose, ``# %% [out 0.97]`` a cell whose saved output says ``0.97``,
    ``# %% [picture 21]`` one with a saved picture of 21 MB, ``# %% [lines 9]`` one with nine saved lines.
    """
    parts = CELL.split(text)[1:]
    cells: list[dict[str, Any]] = []
    for what, output, source in zip(parts[0::3], parts[1::3], parts[2::3], strict=True):
        if what == "markdown":
            prose = "\n".join(line.removeprefix("# ") for line in source.strip("\n").split("\n"))
            cells.append({"cell_type": "markdown", "metadata": {}, "source": prose})
            continue
        saved = {"execution_count": None, "outputs": [_saved(what, output)] if output else []}
        cells.append({"cell_type": "code", "metadata": {}, "source": source.strip("\n"), **saved})
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}, ensure_ascii=False
    )


def _saved(what: str | None, output: str) -> dict[str, Any]:
    if what == "picture":
        data = base64.b64encode(bytes(int(output) * 750_000)).decode()  # of three bytes four characters
        return {"output_type": "display_data", "metadata": {}, "data": {"image/png": data}}
    text = [f"{row} {row * row}\n" for row in range(int(output))] if what == "lines" else f"{output}\n"
    return {"output_type": "stream", "name": "stdout", "text": text}


def put(program: Path, place: Path) -> None:
    """Write what ``program`` hands in at ``place``, a file without its ending or a folder."""
    if program.is_dir():
        shutil.copytree(program, place, dirs_exist_ok=True)
        return
    place.mkdir(parents=True, exist_ok=True)
    if program.suffix == ".cells":
        text = notebook(program.read_text(encoding="utf-8"))
        (place / f"{program.stem}.ipynb").write_text(text, encoding="utf-8")
    else:
        shutil.copyfile(program, place / program.name)


def put_class(received: ClassReceived, into: Path) -> Path:
    """Write a class's folder or zip into the folder ``into`` and return it."""
    lists = {}
    if received.submitters:
        top = next(iter(received.files)).partition("/")[0]
        told = [
            f"{folder}:\n  :submitters:\n  - :name: {name}\n    :sid: ''\n"
            for folder, name in received.submitters.items()
        ]
        lists[f"{top}/submission_metadata.yml"] = "---\n" + "".join(told)
    target = into / received.name
    if target.suffix == ".zip":
        with zipfile.ZipFile(target, "w") as archive:
            for place, file in received.files.items():
                archive.write(file, place)
            for place, text in lists.items():
                archive.writestr(place, text)
        return target
    for place, file in received.files.items():
        (target / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target / place)
    return target
