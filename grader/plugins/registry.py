"""From names to plugins, through entry points; the built-ins come in by the same door as anyone's."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from grader.model.errors import CourseError, UnknownPlugin
from grader.model.message import Joined, Message
from grader.plugins.interfaces import CheckKind, Exporter, Metric, Sandbox
from grader.plugins.validate import first_line, unwritten, validate
from grader.words import say
from grader.words.mistake_words import legible, nearest

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
PLAIN_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""A file's name without a folder, fit for every system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of plugin: its entry point group, the protocol that each of it keeps, and what else holds."""

    group: str
    contract: type
    also: Callable[[Any], Iterable[Message]] = lambda _: ()
    """What is wrong with a plugin that has all that the protocol asks for."""


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

    def get(self, name: str, default: Any = None, /) -> Any:
        """Return the plugin called ``name``, or ``default`` where there is none: for who may do without."""
        return self._found.get(name, default)

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
        CourseError: a plugin does not load, breaks the contract of its kind, or two answer to one name; all
            mistakes at once, each with the package and the entry point that it comes from.
    """
    (plugins,) = load_kinds(kind, entries=entries)
    return plugins


def load_kinds(*kinds: Kind, entries: Iterable[EntryPoint] | None = None) -> tuple[Plugins, ...]:
    """Return the plugins of several kinds, as :func:`load_plugins` does; the mistakes of all told at once.

    Raises:
        CourseError: as there.
    """
    given = None if entries is None else tuple(entries)
    loaded = [
        _load(kind, entry_points(group=kind.group) if given is None else _of(kind, given)) for kind in kinds
    ]
    mistakes = [mistake for each in loaded for mistake in each.mistakes]
    if mistakes:
        raise CourseError(*mistakes)
    return tuple(Plugins(kind, each.plugins) for kind, each in zip(kinds, loaded, strict=True))


def _listed(kind: Kind) -> Iterable[EntryPoint]:
    return entry_points(group=kind.group)


def _of(kind: Kind, entries: Iterable[EntryPoint]) -> list[EntryPoint]:
    return [entry for entry in entries if entry.group == kind.group]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    """What came of the entry points of one kind."""

    plugins: dict[str, Any] = field(default_factory=dict)
    mistakes: list[Message] = field(default_factory=list)


def _load(kind: Kind, entries: Iterable[EntryPoint]) -> _Loaded:
    loaded = _Loaded()
    packages: dict[str, str] = {}
    for entry in sorted(entries, key=lambda e: (e.name, e.value, _package(e))):
        try:
            named = entry.load()
            left = unwritten(named, kind.contract)
            plugin = None if left else _made(named)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - somebody else's import: whatever it raises is told
            loaded.mistakes.append(_refused(entry, say("plugin-does-not-load", error=first_line(error))))
            continue
        if left:
            loaded.mistakes.append(_refused(entry, _broken(kind, left)))
            continue
        if entry.name in packages:
            taken = say("plugin-name-taken", others=packages[entry.name])
            loaded.mistakes.append(_refused(entry, taken))
        wrong = _wrong(kind, entry.name, plugin)
        loaded.mistakes.extend(_refused(entry, why) for why in wrong)
        packages.setdefault(entry.name, _package(entry))
        loaded.plugins[entry.name] = plugin
    return loaded


def _made(loaded: Any) -> Any:
    return loaded() if isinstance(loaded, type) else loaded


def _wrong(kind: Kind, name: str, plugin: Any) -> Iterator[Message]:
    """Yield what is wrong with a plugin that loads: what each sentence expects stands in it."""
    if not _PLAIN.fullmatch(name):
        yield say("plugin-name-not-plain")
    lacking = validate(plugin, kind.contract)
    if lacking:
        yield _broken(kind, lacking)
        return
    if plugin.name != name:
        yield say("plugin-name-mismatch", own=legible(plugin.name))
    also = tuple(kind.also(plugin))
    if also:
        yield _broken(kind, also)


def _broken(kind: Kind, lacking: tuple[Message, ...]) -> Message:
    return say("plugin-breaks-contract", contract=kind.contract.__name__, lacking=Joined("; ", lacking))


def _refused(entry: EntryPoint, why: Message) -> Message:
    fields = {"name": legible(entry.name), "group": entry.group, "value": legible(entry.value)}
    return say("plugin-refused", package=_package(entry), why=why, **fields)


def _package(entry: EntryPoint) -> str:
    """Return what to update or to uninstall: the distribution, else the module that the entry names."""
    return entry.dist.name if entry.dist else entry.value.partition(":")[0]


def _unknown(kind: Kind, name: str, known: list[str]) -> Message:
    near, listed = nearest(name, known), ", ".join(known) or "-"
    if near is not None:
        return say("unknown-plugin-near-miss", name=name, group=kind.group, near=near, known=listed)
    return say("unknown-plugin", name=name, group=kind.group, known=listed)


def _file_name(exporter: Exporter) -> Iterator[Message]:
    if not PLAIN_FILE.fullmatch(exporter.file_name):
        expected = say("plugin.expected_file_name")
        got = legible(repr(exporter.file_name))
        yield say("plugin.attribute_wrong", name="file_name", got=got, expected=expected)


def _table(kind: CheckKind[Any]) -> Iterator[Message]:
    """Yield why the table of a kind of check cannot stand in a course's file."""
    from grader.plugins.tables import CheckTable, reader_of

    if not issubclass(kind.table, CheckTable):
        got, expected = legible(repr(kind.table)), say("plugin.expected_table")
        yield say("plugin.attribute_wrong", name="table", got=got, expected=expected)
        return
    try:
        reader_of(kind.table).rebuild()
    except Exception as error:  # noqa: BLE001 - somebody else's annotations: whatever they raise is told
        yield say(
            "plugin.attribute_raises",
            name="table",
            expected=say("plugin.expected_table"),
            error=first_line(error),
        )


METRICS = Kind(group="grader.metrics", contract=Metric)
CHECKS = Kind(group="grader.checks", contract=CheckKind, also=_table)
SANDBOXES = Kind(group="grader.sandboxes", contract=Sandbox)
EXPORTERS = Kind(group="grader.exporters", contract=Exporter, also=_file_name)
