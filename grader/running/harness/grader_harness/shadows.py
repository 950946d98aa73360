"""Finds files of the submission that hide a library by their name (``random.py``, ``keras.py``)."""

import sys
from importlib.machinery import PathFinder
from pathlib import Path


def find_shadows(folder: Path) -> dict[str, str]:
    """Return library name → path of the submission's file or package in ``folder`` that hides it."""
    shadows = {}
    for entry in sorted(folder.iterdir()):
        if entry.suffix == ".py" and entry.is_file():
            name, path = entry.stem, entry
        elif (entry / "__init__.py").is_file():
            name, path = entry.name, entry / "__init__.py"
        else:
            continue
        if name.isidentifier() and _is_library(name):
            shadows[name] = str(path)
    return shadows


def _is_library(name: str) -> bool:
    if name in sys.stdlib_module_names:
        return True
    spec = PathFinder.find_spec(name, sys.path)
    return spec is not None and spec.origin is not None  # a namespace package hides nothing


def forget_shadowed(shadows: dict[str, str], started_with: frozenset[str]) -> None:
    """Make ``import random`` find the submission's file, as it would have without us.

    We have imported much of the standard library before the program starts; a bare interpreter,
    whose modules are ``started_with``, has not.
    """
    for name in shadows:
        if name in started_with:
            continue
        for module in [m for m in sys.modules if m == name or m.startswith(name + ".")]:
            del sys.modules[module]


def drop_shadowing(shadows: dict[str, str]) -> None:
    """Unload the submission's files that hide a library: what we import from now on is the library."""
    for name, path in shadows.items():
        if getattr(sys.modules.get(name), "__file__", None) == path:
            del sys.modules[name]
