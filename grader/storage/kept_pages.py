"""Which pages stand as they would be written: by the digest of what they were made of, and of their bytes."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.files.hash_file import hash_file
from grader.files.own_folder import FILE_OF_OWNER
from grader.storage.run_store import write_whole

_SCHEMA = "grader/pages/v1"


@dataclass(slots=True, kw_only=True, eq=False)
class KeptPages:
    """The pages of one folder of reports, noted in ``file``: what is lost there is only written again."""

    file: Path
    reports: Path
    _noted: dict[str, Any] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        try:
            read = json.loads(self.file.read_bytes())
            if read["schema"] == _SCHEMA and read["reports"] == str(self.reports.resolve()):
                self._noted = dict(read["pages"])
        except (
            OSError,
            ValueError,
            KeyError,
            TypeError,
            RecursionError,
        ):  # none, or not ours: all is written
            self._noted = {}

    def stand(self, name: str, made_of: str) -> bool:
        """Return whether the files of the page ``name`` were made of that, and lie there untouched."""
        noted = self._noted.get(name)
        try:
            return (
                noted is not None and noted["of"] == made_of and noted["files"] == self._there(noted["files"])
            )
        except (KeyError, TypeError):
            return False

    def note(self, name: str, made_of: str, files: Iterable[str]) -> None:
        """Note that the page ``name`` was made of that just now, and is these ``files``."""
        self._noted[name] = {"of": made_of, "files": self._there(files)}

    def save(self) -> None:
        """Write down what was noted.

        Raises:
            StorageError: it could not be written.
        """
        whole = {"schema": _SCHEMA, "reports": str(self.reports.resolve()), "pages": self._noted}
        write_whole(self.file, json.dumps(whole), mode=FILE_OF_OWNER)

    def _there(self, files: Iterable[str]) -> dict[str, str | None]:
        return {name: self._digest(name) for name in files}

    def _digest(self, name: str) -> str | None:
        try:
            return hash_file(self.reports / name)
        except OSError:
            return None
