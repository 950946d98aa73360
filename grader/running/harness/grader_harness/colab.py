"""A stand-in for ``google.colab``, so that notebooks written on Colab run."""

import contextlib
import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from grader_harness.job import Served
from grader_harness.ledger import Ledger

ROOT = "google.colab"
PARTS = ("auth", "data_table", "drive", "files", "output", "patches", "userdata")


class ColabModules(MetaPathFinder, Loader):
    """Finds and fills ``google.colab`` and its parts."""

    def __init__(self, ledger: Ledger, served: Served) -> None:
        self._ledger = ledger
        self._served = served

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return a spec for ``google.colab`` and its parts."""
        known = {ROOT, *(f"{ROOT}.{part}" for part in PARTS)}
        if fullname == "google" or fullname not in known:
            return None
        return ModuleSpec(fullname, self, is_package=fullname == ROOT)

    def exec_module(self, module: ModuleType) -> None:
        """Fill the module with functions that do nothing, or what can be done here."""
        part = module.__name__.rpartition(".")[2]
        if module.__name__ == ROOT:
            for name in PARTS:
                setattr(module, name, importlib.import_module(f"{ROOT}.{name}"))
            return
        functions: dict[str, dict[str, Any]] = {
            "auth": {"authenticate_user": self._quiet("auth.authenticate_user()")},
            "data_table": {"enable_dataframe_formatter": _nothing},
            "drive": {
                "mount": self._mount,
                "flush_and_unmount": self._quiet("drive.flush_and_unmount()"),
            },
            "files": {"upload": self._upload, "download": self._quiet("files.download()")},
            "output": {"clear": _nothing, "eval_js": _nothing},
            "patches": {"cv2_imshow": _cv2_imshow},
            "userdata": {"get": _no_secret},
        }
        module.__dict__.update(functions[part])

    def _quiet(self, what: str) -> Any:
        def function(*_args: Any, **_kwargs: Any) -> None:
            self._ledger.add("drive", what)

        return function

    def _mount(self, mountpoint: str = "", *_args: Any, **_kwargs: Any) -> None:
        """Mount nothing: a drive is empty here, and the program's data lie in the working folder."""
        self._ledger.add("drive", f"drive.mount({mountpoint!r})")
        with contextlib.suppress(OSError):
            (Path(mountpoint) / "MyDrive").mkdir(parents=True, exist_ok=True)

    def _upload(self, *_args: Any, **_kwargs: Any) -> dict[str, bytes]:
        """Answer as if the served data files had been chosen in the dialogue."""
        self._ledger.add("drive", "files.upload()")
        folder = self._served.folder / "files"
        found = {name: (folder / name).read_bytes() for name in self._served.files}
        if not found:
            raise FileNotFoundError(
                "files.upload(): não há quem escolha um arquivo durante a correção; envie-o junto com o"
                " notebook e abra-o pelo nome. / nobody can choose a file while grading: submit it together"
                " with the notebook and open it by name."
            )
        return found


def install_colab(ledger: Ledger, served: Served) -> None:
    """Make ``google.colab`` importable."""
    sys.meta_path.insert(0, ColabModules(ledger, served))


def _nothing(*_args: Any, **_kwargs: Any) -> None:
    return None


def _cv2_imshow(image: Any) -> None:
    import cv2

    cv2.imshow("cv2_imshow", image)


def _no_secret(key: str = "") -> str:
    raise KeyError(f"google.colab.userdata: {key}: não há segredos na correção / no secrets here")
