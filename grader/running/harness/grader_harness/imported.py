"""Which modules the program's own code imports; what the harness or a library imports is not its doing.

Seen where Python looks for a module, so that ``import``, ``importlib`` and ``exec`` are alike, in the program
and in the files beside it. What is loaded already is not looked for again: such a module counts where a
variable holds it, a class or a function of it when the program has ended.
"""

import importlib
import pkgutil
import runpy
import sys
import sysconfig
import threading
from collections.abc import Iterator
from importlib.machinery import PathFinder
from pathlib import Path
from types import BuiltinFunctionType, FrameType, FunctionType, ModuleType
from typing import Any

MOST = 3000
_HERE = Path(__file__).resolve().parent
_IMPORTING = (
    "<frozen ",
    *(str(module.__file__) for module in (importlib, pkgutil, runpy, threading)),
    __file__,
    str(_HERE / "import_hooks.py"),
    str(_HERE / "warm" / "shelf.py"),
)
"""Code that imports what others name."""
_NOT_THE_PROGRAMS = (
    str(_HERE.parent),
    *{*map(sysconfig.get_path, ("stdlib", "platstdlib", "purelib", "platlib")), sys.prefix},
)
_module_of = type.__dict__["__module__"].__get__  # a metaclass may answer what it likes


class Imported:
    """Names with all their dots, as the program's own code asked for them."""

    def __init__(self) -> None:
        self._seen: dict[str, None] = {}
        self._watching = False

    def begin(self) -> None:
        """Watch from now on: the program starts."""
        self._watching = True

    def end(self) -> None:
        """Watch no longer: the program has ended, and what comes is ours."""
        self._watching = False

    def looked_for(self, name: str) -> None:
        """Notice that ``name`` is being looked for, by whoever asks for it."""
        if self._watching and name not in self._seen and len(self._seen) < MOST:
            asking = next(_files(sys._getframe(1)), "")
            if not asking.startswith(_NOT_THE_PROGRAMS):
                self._seen[name] = None

    def names(self, namespace: dict[str, Any]) -> list[str]:
        """Return what was imported and can be, and the modules of what ``namespace`` holds."""
        spaces = (namespace, *map(vars, _own_modules()))
        held = [name for space in spaces for value in list(space.values()) if (name := _home(value))]
        found = dict.fromkeys([*self._seen, *held])
        there = (name for name in found if name in sys.modules or _is_installed(name.partition(".")[0]))
        return sorted(name for name in there if name != "__main__")[:MOST]


def _own_modules() -> Iterator[ModuleType]:
    """Yield the modules that are files of the program."""
    for module in list(sys.modules.values()):
        file = vars(module).get("__file__") if type(module) is ModuleType else None
        if type(file) is str and not file.startswith(_NOT_THE_PROGRAMS):
            yield module


def _files(frame: FrameType | None) -> Iterator[str]:
    """Yield the file of each frame from the innermost; those that only do the importing are passed over."""
    while frame is not None:
        if not frame.f_code.co_filename.startswith(_IMPORTING):
            yield frame.f_code.co_filename
        frame = frame.f_back


def _home(value: Any) -> str:
    """Return the name of a module, or of that which a class or a function is from; else nothing."""
    kind = type(value)
    name: Any = ""
    if kind is ModuleType:
        name = vars(value).get("__name__")
    elif issubclass(kind, type):
        name = _module_of(value)
    elif kind in (FunctionType, BuiltinFunctionType):
        name = value.__module__
    return name if type(name) is str and not name.startswith("grader_harness") else ""


def _is_installed(top: str) -> bool:
    """Return whether what is gone from ``sys.modules`` could be imported: many ask for what is not there."""
    try:
        return top in sys.builtin_module_names or PathFinder.find_spec(top) is not None
    except (ImportError, ValueError, AttributeError, TypeError):
        return False
