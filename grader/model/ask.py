"""What a run is asked to bring back beside its record."""

from collections.abc import Iterable
from dataclasses import dataclass

KINDS = ("values", "trials", "figures", "predictions", "captured", "model", "graph", "recipe", "predict")
"""Every kind there is, in the order they are taken; rows come for ``predict`` once all else was read."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Ask:
    """One thing to bring back: ``kind`` names the taker inside and the strict reader outside.

    ``names`` are what of it is wanted where that must be said: variables, functions, files.
    """

    kind: str
    names: tuple[str, ...] = ()


def together(asks: Iterable[Ask]) -> tuple[Ask, ...]:
    """Return one ask for each kind in the order they are taken, its names as they were first asked for."""
    names: dict[str, dict[str, None]] = {}
    for ask in asks:
        names.setdefault(ask.kind, {}).update(dict.fromkeys(ask.names))
    return tuple(Ask(kind=kind, names=tuple(names[kind])) for kind in sorted(names, key=_turn))


def unknown_kinds(asks: Iterable[Ask]) -> tuple[str, ...]:
    """Return the kinds in ``asks`` that nothing takes."""
    return tuple(dict.fromkeys(ask.kind for ask in asks if ask.kind not in KINDS))


def _turn(kind: str) -> tuple[int, str]:
    return (KINDS.index(kind) if kind in KINDS else len(KINDS)), kind
