"""Runs our code right after a library module was imported, without importing it ourselves.

A program that never imports TensorFlow must not pay for it; and a function replaced in the module that
defines it, before any other module could copy it, is replaced everywhere it is reachable from.
"""

import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from grader_harness.imported import Imported

Callback = Callable[[ModuleType], None]


class ImportHooks(MetaPathFinder):
    """A finder that finds nothing itself: it lets the others find, then calls back after execution."""

    def __init__(self, imported: Imported | None = None) -> None:
        self._imported = imported
        self.faults: list[str] = []
        """What went wrong in our own callbacks; never the program's business."""
        self._callbacks: dict[str, list[Callback]] = {}
        self._beginnings: dict[str, Callable[[], None]] = {}

    def install(self) -> None:
        """Stand before all other finders."""
        sys.meta_path.insert(0, self)

    def after(self, name: str, callback: Callback) -> None:
        """Call ``callback(module)`` once the module ``name`` is executed; at once if it already is."""
        self._callbacks.setdefault(name, []).append(callback)
        if name in sys.modules:
            self._call(callback, sys.modules[name])

    def before(self, name: str, callback: Callable[[], None]) -> None:
        """Call ``callback()`` when an import of ``name`` begins; there must be an ``after`` as well."""
        self._beginnings[name] = callback

    def asked_about(self, name: str) -> bool:
        """Return whether anybody wants to be told of ``name``."""
        return name in self._callbacks

    def arrives(self, name: str) -> None:
        """Call back as for an import of ``name`` that begins: it was loaded before, and comes back."""
        if name in self._beginnings:
            self._beginnings[name]()

    def arrived(self, name: str, module: ModuleType) -> None:
        """Call back as for the import of ``module`` that has ended."""
        for callback in self._callbacks.get(name, ()):
            self._call(callback, module)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the others' spec with a loader that calls back; None for modules nobody asked about."""
        if self._imported is not None:
            self._imported.looked_for(fullname)
        if fullname not in self._callbacks:
            return None
        self.arrives(fullname)
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(fullname, path, target)
            if spec is not None:
                self._watch(spec)
                return spec
        return None

    def _watch(self, spec: ModuleSpec) -> None:
        loader: Any = spec.loader
        if loader is None or not hasattr(loader, "exec_module"):
            return
        execute = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            # Loaded before, others have copies of what it defines.
            everywhere = getattr(loader, "replaced_everywhere", nullcontext)
            with everywhere():
                self.arrived(spec.name, module)

        loader.exec_module = exec_module

    def _call(self, callback: Callback, module: ModuleType) -> None:
        try:
            callback(module)
        except Exception:
            self.faults.append(traceback.format_exc(limit=-3))
