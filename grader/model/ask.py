"""What a run is asked to bring back beside its record."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Ask:
    """One thing to bring back: ``kind`` names the taker inside and the strict reader outside.

    ``names`` are what of it is wanted where that must be said: variables, functions, files.
    """

    kind: str
    names: tuple[str, ...] = ()
