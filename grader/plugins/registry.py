"""From names to plugins, through entry points; the built-ins come in by the same door as anyone's."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from grader.model.errors import CourseError, UnknownPlugin
from grader.model.metric import Direction
from grader.words import say
from grader.words.mistake_words import nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of plugin: its entry point group and what a plugin of it must have."""

    group: str
    attributes: Mapping[str, type]
    methods: tuple[str, ...] = ("__call__",)


METRICS = Kind(
    group="grader.metrics",
    attributes={"name": str, "direction": Direction, "group": str, "counts_rows": bool},
)
CHECKS = Kind(group="grader.checks", attributes={"name": str})
SANDBOXES = Kind(group="grader.sandboxes", attributes={"name": str}, methods=("run", "probe"))


class Plugins(Mapping[str, Any]):
    """The plugins of one kind, by name: validated when made, in the order of their names."""

    def __init__(self, kind: Kind, found: Mapping[str, Any]) -> None:
        self._kind = kind
        self._found = dict(sorted(found.items()))

    def __getitem__(self, name: str) -> Any:
        """Return the plugin called ``name``.

        Raises:
            UnknownPlugin: nothing installed answers to it; the message tells the near miss.
        """
        if name not in self._found:
            raise UnknownPlugin(_unknown(self._kind, name, list(self._found)))
        return self._found[name]

    def __contains__(self, name: object) -> bool:
        return name in self._found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def load_plugins(kind: Kind, *, entries: Iterable[EntryPoint] | None = None) -> Plugins:
    """Return every installed plugin of ``kind``, each loaded and validated.

    An entry point may name a class, which is made without arguments, or a ready object; its name and the
    plugin's own must agree. ``entries`` replaces what is installed (for tests).

    Raises:
        CourseError: a plugin does not load, lacks something, or two answer to one name; all mistakes at
            once, each with the package it comes from.
    """
    listed = entry_points(group=kind.group) if entries is None else entries
    found: dict[str, Any] = {}
    mistakes = []
    for entry in sorted(listed, key=lambda e: (e.name, e.value)):
        package = entry.dist.name if entry.dist else entry.module
        try:
            loaded = entry.load()
            plugin = loaded() if isinstance(loaded, type) else loaded
        except Exception as error:  # noqa: BLE001 - somebody else's import: whatever it raises is told
            why = say("plugin-does-not-load", error=f"{type(error).__name__}: {error}")
            mistakes.append(say("plugin-refused", name=entry.name, package=package, why=why))
            continue
        lacking = _lacking(kind, plugin)
        if lacking:
            why = say("plugin-breaks-contract", lacking=", ".join(lacking))
        elif plugin.name != entry.name:
            why = say("plugin-name-mismatch", own=plugin.name)
        elif entry.name in found:
            why = say("plugin-name-taken")
        else:
            found[entry.name] = plugin
            continue
        mistakes.append(say("plugin-refused", name=entry.name, package=package, why=why))
    if mistakes:
        raise CourseError(*mistakes)
    return Plugins(kind, found)


def _lacking(kind: Kind, plugin: Any) -> list[str]:
    """Return what ``plugin`` lacks of its kind's contract."""
    wrong = [
        f"{name}: {wanted.__name__}"
        for name, wanted in kind.attributes.items()
        if not isinstance(getattr(plugin, name, None), wanted)
    ]
    return wrong + [f"{name}()" for name in kind.methods if not callable(getattr(plugin, name, None))]


def _unknown(kind: Kind, name: str, known: list[str]) -> Any:
    near, listed = nearest(name, known), ", ".join(known) or "-"
    if near is not None:
        return say("unknown-plugin-near-miss", name=name, group=kind.group, near=near, known=listed)
    return say("unknown-plugin", name=name, group=kind.group, known=listed)
