"""Where the places inside a sandbox lie on this machine, for a program that nothing is mounted for.

There are two kinds of places, and a path belongs to one by what the command says of it, not by how it
begins: what is *shown* (a bind: it is there before the program starts, wherever it lies, and may well
lie below ``/tmp``) and what is *written* (``/out``, ``/submission``, ``/tmp``: empty at the start).
The program itself is never in a place that is empty when it starts.

Translated are ``argv``, the environment (each part of a list such as ``PATH``), and the ``*.json`` files of
what is bound at ``/job``. What is shown is read in place; a bind that would cover a part of another (a
masked file) is left out.
"""

import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from grader.model.errors import SandboxError
from grader.model.run import Bind, SandboxCommand
from grader.running.inside import HARNESS_SOURCE, OUT, WORK, with_harness
from grader.words.catalogue import say

SCRATCH = "/tmp"  # noqa: S108 - the place inside a sandbox
_JOB = "/job"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place inside a sandbox and where it really lies; ``shown`` or written."""

    inside: PurePosixPath
    real: Path
    shown: bool


@dataclass(frozen=True, slots=True)
class InsidePaths:
    """Where each place inside a sandbox really lies; the deepest place that fits is taken."""

    places: tuple[Place, ...]

    @classmethod
    def of(cls, *, shown: Mapping[str, Path], written: Mapping[str, Path]) -> "InsidePaths":
        """Return the translation for places that are ``shown`` or ``written``, inside path → path here."""
        places = [
            Place(inside=PurePosixPath(inside), real=real, shown=kind)
            for kind, pairs in ((True, shown), (False, written))
            for inside, real in pairs.items()
        ]
        return cls(tuple(sorted(places, key=lambda place: -len(place.inside.parts))))

    def real(self, text: str) -> str:
        """Return ``text`` translated if it is a path in one of the places, else unchanged."""
        return _translated(text, self.places)

    def real_list(self, text: str) -> str:
        """Return ``text`` with every part of a colon-separated list translated."""
        parts = text.split(":")
        real = [self.real(part) for part in parts]
        return text if real == parts else os.pathsep.join(real)

    def real_json(self, value: Any) -> Any:
        """Return a JSON ``value`` with every string in it translated."""
        match value:
            case str():
                return self.real(value)
            case list():
                return [self.real_json(part) for part in value]
            case dict():
                return {key: self.real_json(part) for key, part in value.items()}
            case _:
                return value

    def command_line(self, argv: Sequence[str]) -> list[str]:
        """Return ``argv`` translated; the program is in what is shown, or is one of this machine."""
        shown = tuple(place for place in self.places if place.shown)
        return [_translated(argv[0], shown), *map(self.real, argv[1:])]


def _translated(text: str, places: Iterable[Place]) -> str:
    if not text.startswith("/"):
        return text
    path = PurePosixPath(text)
    for place in places:
        if path.is_relative_to(place.inside):
            return str(place.real.joinpath(*path.relative_to(place.inside).parts))
    return text


def lay_out(command: SandboxCommand, root: Path) -> InsidePaths:
    """Make the folders below ``root`` that stand for the places inside; return the translation.

    What is bound at ``/job`` is copied, with the paths in its ``*.json`` files translated.

    Raises:
        SandboxError: something that is to be shown is not there.
    """
    written = {OUT: root / "out", WORK: root / "submission", SCRATCH: root / "tmp"}
    for real in written.values():
        real.mkdir()
    shown = _shown(with_harness(command.binds, HARNESS_SOURCE))
    jobs = {place: shown[place] for place in shown if PurePosixPath(place).is_relative_to(_JOB)}
    copies = {place: root / place.lstrip("/") for place in jobs}
    paths = InsidePaths.of(shown=shown | copies, written=written)
    for place, original in jobs.items():
        _copy_job(original, copies[place], paths)
    return paths


def _shown(binds: Iterable[Bind]) -> dict[str, Path]:
    """Return what ``binds`` (the outer before the inner) show, but what covers a part of another."""
    shown: dict[str, Path] = {}
    for bind in binds:
        if not bind.source.exists():
            raise SandboxError(say("sandbox-path-missing", path=str(bind.source)))
        if not any(PurePosixPath(bind.target).is_relative_to(place) for place in shown):
            shown[bind.target] = bind.source.absolute()
    return shown


def _copy_job(original: Path, copy: Path, paths: InsidePaths) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    if original.is_dir():
        shutil.copytree(original, copy)
    else:
        shutil.copyfile(original, copy)
    for file in [copy] if copy.is_file() else copy.rglob("*"):
        if file.suffix == ".json":
            request = json.loads(file.read_text(encoding="utf-8"))
            file.write_text(json.dumps(paths.real_json(request)), encoding="utf-8")
