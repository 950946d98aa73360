"""Times and sizes as people write them: ``"20 min"``, ``"4 GiB"``."""

import re

_SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0}
_BYTES = {"MiB": 2.0**20, "GiB": 2.0**30}
_REFERENCE = "x reference"
_WRITTEN = re.compile(r"\s*([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*(\S.*?)\s*")


def parse_duration(text: str) -> float:
    """Return the seconds of ``"20 min"``, ``"90 s"`` or ``"1.5 h"``.

    Raises:
        ValueError: it is none of these, or no time at all.
    """
    return _amount(text, _SECONDS)


def parse_size(text: str) -> int:
    """Return the bytes of ``"512 MiB"`` or ``"4 GiB"``.

    Raises:
        ValueError: it is neither, or nothing.
    """
    return int(_amount(text, _BYTES))


def parse_reference_factor(text: str) -> float | None:
    """Return the 5 of ``"5 x reference"``, or None for a time of another kind."""
    match = _WRITTEN.fullmatch(text)
    return float(match[1]) if match is not None and match[2] == _REFERENCE else None


def _amount(text: str, units: dict[str, float]) -> float:
    match = _WRITTEN.fullmatch(text)
    if match is None or match[2] not in units or float(match[1]) == 0:
        raise ValueError(text)
    return float(match[1]) * units[match[2]]
