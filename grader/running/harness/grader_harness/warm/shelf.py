"""Libraries that are loaded already and that nobody has imported yet.

The mother imports them once and puts them away: out of ``sys.modules``, out of the packages that they are
parts of. When a program then imports one, it comes back with all that its import would have loaded, in the
order in which that was loaded, and nothing else: to the program and to our import hooks it is as if it had
been imported just now. A module that no program asks for is not there.
"""

import builtins
import functools
import importlib
import importlib.util
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

Place = tuple[int, dict[str, Any], str]
"""Where an object stands: the module's number in the order of loading, its names, the name."""


class Shelf(MetaPathFinder):
    """A finder of what was loaded before; :meth:`fill` it, then :meth:`put_away`."""

    def __init__(self) -> None:
        self.missing: list[str] = []
        """What was asked for and cannot be imported here."""
        self._modules: dict[str, ModuleType] = {}
        self._number: dict[str, int] = {}
        self._imports: dict[str, set[str]] = defaultdict(set)
        self._places: dict[int, list[Place]] = defaultdict(list)
        self._specs: dict[str, Any] = {}

    @property
    def names(self) -> set[str]:
        """The names, without dots, that a program's own file could hide."""
        return {name.partition(".")[0] for name in self._modules}

    def fill(self, names: Iterable[str]) -> None:
        """Import ``names``, and notice what each import leads to."""
        there = set(sys.modules)
        watcher = _Watcher(self._imports)
        with watcher.watching():
            for name in names:
                try:
                    importlib.import_module(name)
                except ImportError:
                    self.missing.append(name)
        loaded = {name: module for name, module in sys.modules.items() if name not in there}
        finished = [name for name in watcher.finished if name in loaded]
        ordered = dict.fromkeys([*finished, *loaded])
        self._modules = {name: loaded[name] for name in ordered}
        self._number = {name: number for number, name in enumerate(self._modules)}
        self._specs = {name: getattr(module, "__spec__", None) for name, module in self._modules.items()}
        for name, module in self._modules.items():
            parent = name.rpartition(".")[0]
            if parent:
                self._imports[name].add(parent)
            self._notice(name, module)

    def put_away(self) -> None:
        """Take everything out of ``sys.modules`` and stand where an import looks."""
        for name, module in self._modules.items():
            sys.modules.pop(name, None)
            package, part = self._package_of(name)
            # Not by delattr: some packages wrap themselves and keep other books of their names.
            if package is not None and vars(package).get(part) is module:
                del vars(package)[part]
        sys.meta_path.insert(0, self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return a spec of what is put away under this name; None for all else."""
        del path, target
        module = self._modules.get(fullname)
        if module is None or fullname in sys.modules:
            return None
        known = self._specs[fullname]
        spec = ModuleSpec(fullname, _Back(self, fullname, module), origin=getattr(known, "origin", None))
        spec.submodule_search_locations = getattr(known, "submodule_search_locations", None)
        spec.has_location = getattr(known, "has_location", False)
        return spec

    def bring_back(self, name: str) -> None:
        """Put the module ``name`` back, and before it all that its import loads."""
        hooks: list[Any] = [finder for finder in sys.meta_path if hasattr(finder, "arrives")]
        # The module that was asked for is announced by who found it.
        for one in sorted(self._all_of(name) - {name}, key=self._number.__getitem__):
            module = self._modules[one]
            if one in sys.modules:
                continue
            asking = [finder for finder in hooks if finder.asked_about(one)]
            for finder in asking:
                finder.arrives(one)
            sys.modules[one] = module
            self._join(one, module)
            for finder in asking:
                with self.replaced_everywhere(one):
                    finder.arrived(one, module)
        module = self._modules[name]
        module.__spec__ = self._specs[name]
        self._join(name, module)

    @contextmanager
    def replaced_everywhere(self, name: str) -> Iterator[None]:
        """Replace where others have it from there what meanwhile is replaced in the module that defines it.

        Others imported it when they were loaded; had it been replaced before, they had the replacement.
        """
        module = self._modules[name]
        before = dict(vars(module))
        yield
        number = self._number[name]
        for known, old in before.items():
            new = vars(module).get(known, old)
            if new is old or getattr(old, "__module__", None) != name:
                continue
            for later, names, place in self._places.get(id(old), ()):
                if later > number and names.get(place) is old:
                    names[place] = new

    def _join(self, name: str, module: ModuleType) -> None:
        package, part = self._package_of(name)
        if package is not None:
            vars(package).setdefault(part, module)

    def _package_of(self, name: str) -> tuple[ModuleType | None, str]:
        parent, _, part = name.rpartition(".")
        return self._modules.get(parent) or sys.modules.get(parent), part

    def _all_of(self, name: str) -> set[str]:
        found, waiting = {name}, [name]
        while waiting:
            for one in self._imports[waiting.pop()]:
                if one in self._modules and one not in found:
                    found.add(one)
                    waiting.append(one)
        return found

    def _notice(self, name: str, module: ModuleType) -> None:
        number, names = self._number[name], vars(module)
        for known, value in list(names.items()):
            if isinstance(value, (FunctionType, BuiltinFunctionType, type)):
                self._places[id(value)].append((number, names, known))


class _Back(Loader):
    """Loads a module by bringing it back."""

    def __init__(self, shelf: Shelf, name: str, module: ModuleType) -> None:
        self._shelf = shelf
        self._name = name
        self._module = module

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the module as it was loaded."""
        del spec
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        """Bring it back; its code has run."""
        del module
        self._shelf.bring_back(self._name)

    def replaced_everywhere(self) -> AbstractContextManager[None]:
        """See :meth:`Shelf.replaced_everywhere`."""
        return self._shelf.replaced_everywhere(self._name)


class _Watcher(MetaPathFinder):
    """Notices in which order modules finish loading, and who imports whom."""

    def __init__(self, imports: dict[str, set[str]]) -> None:
        self.finished: dict[str, None] = {}
        self._imports = imports
        self._loading: list[str] = []

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Notice imports of every kind; leave nothing of it behind."""
        by_statement, by_name = builtins.__import__, importlib.import_module
        sys.meta_path.insert(0, self)
        builtins.__import__ = self._noticed(by_statement)
        importlib.import_module = self._noticed_by_name(by_name)  # type: ignore[assignment]
        try:
            yield
        finally:
            builtins.__import__, importlib.import_module = by_statement, by_name
            sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the others' spec, whose loader tells when it is done."""
        if self._loading:
            self._imports[self._loading[-1]].add(fullname)
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(fullname, path, target)
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
            with suppress(AttributeError):
                del loader.exec_module
            self._loading.append(spec.name)
            try:
                execute(module)
            finally:
                self._loading.pop()
            self.finished[spec.name] = None

        with suppress(AttributeError):  # a class, of built-in modules: it is done at once
            if not isinstance(loader, type):
                loader.exec_module = exec_module

    def _noticed(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def noticed(
            name: str,
            globals: Any = None,  # noqa: A002 - called by these names
            locals: Any = None,  # noqa: A002
            fromlist: Any = (),
            level: int = 0,
        ) -> Any:
            result = original(name, globals, locals, fromlist, level)
            # By whoever is being loaded: a function of another may import on its behalf.
            if self._loading:
                with suppress(ImportError, ValueError, TypeError):
                    package = (globals or {}).get("__package__") or ""
                    whole = importlib.util.resolve_name("." * level + name, package) if level else name
                    self._imports[self._loading[-1]].add(whole)
                    self._imports[self._loading[-1]] |= {f"{whole}.{part}" for part in fromlist or ()}
            return result

        return noticed

    def _noticed_by_name(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def noticed(name: str, package: str | None = None) -> Any:
            if self._loading:
                with suppress(ImportError, ValueError):
                    whole = importlib.util.resolve_name(name, package or "") if name.startswith(".") else name
                    self._imports[self._loading[-1]].add(whole)
            return original(name, package)

        return noticed
