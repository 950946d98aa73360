"""How unlikely a sign must be before a person is asked to look."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar, Protocol, TypeVar

SUSPICIOUS_BELOW = 1e-4
"""Largest p-value that becomes a finding: one honest program in ten thousand."""


class Sign(Protocol):
    """What an audit measured in one run: a dataclass with its p-value."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def p_value(self) -> float:
        """How likely an honest program shows as much."""
        ...


AnySign = TypeVar("AnySign", bound=Sign)


def most_suspicious(signs: Sequence[AnySign]) -> AnySign | None:
    """Return the most suspicious of several runs, its p-value corrected for having looked at all of them.

    Bonferroni: times the number of runs, at most 1. None when there are none.
    """
    if not signs:
        return None
    worst = min(signs, key=lambda sign: sign.p_value)
    return replace(worst, p_value=min(worst.p_value * len(signs), 1.0))
