"""Writes the own dataset of an assignment, to be read as a course's is."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from grader.datasets.dataset import Dataset
from grader.datasets.own import own_dataset
from grader.datasets.prepare import Prepared, prepare_dataset

HEAD = 'title = { pt-BR = "Inventado", en = "Made up" }\n'
CLASSES = 'kind = "classification"\nclasses = ["oak", "pine"]\n'


class OwnData:
    """An assignment ``trees`` whose data folder is written file by file; hidden files lie elsewhere."""

    def __init__(self, course: Path) -> None:
        self.assignment = course / "assignments" / "trees"
        self.private = course / "reference_solutions" / "trees"
        self.cache = course / "cache"
        self._listed: list[str] = []
        (self.assignment / "data").mkdir(parents=True)
        self.private.mkdir(parents=True)

    def public(self, name: str, content: bytes | str) -> None:
        """Put a file where students get it, listed with its checksum."""
        whole = content.encode() if isinstance(content, str) else content
        (self.assignment / "data" / name).write_bytes(whole)
        digest = hashlib.sha256(whole).hexdigest()
        self._listed.append(f'[[file]]\nname = "{name}"\nsha256 = "{digest}"\n')

    def hidden(self, name: str, content: bytes | str, *, outside: Path | None = None) -> None:
        """Put a file where no student gets it."""
        folder = self.private if outside is None else outside / "trees"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        self._listed.append(f'[[file]]\nname = "{name}"\nhidden = true\n')

    def define(self, *parts: str, top: str = CLASSES) -> Dataset:
        """Write ``dataset.toml`` and return what it says."""
        text = "\n".join([HEAD + top, *parts, *self._listed])
        (self.assignment / "data" / "dataset.toml").write_text(text, encoding="utf-8")
        return own_dataset(self.assignment)

    def prepare(self, *parts: str, top: str = CLASSES, data_dir: Path | None = None) -> Prepared:
        """Return the dataset ready to be served."""
        return prepare_dataset(self.define(*parts, top=top), data_dir=data_dir, cache=self.cache)


def served_files(folder: Path) -> Mapping[str, bytes]:
    """Return every file below ``folder`` by its path."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
