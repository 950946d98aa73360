"""What stands in assignment.toml as it was read, whatever its shape, for those who look for contradictions.

What has not the shape that a question needs is passed over there: that it has not is told by its schema.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.model.message import Message
from grader.words import say
from grader.words.mistake_words import check_label, near_miss, shown

if TYPE_CHECKING:
    from grader.plugins.interfaces import CheckKind, Metric

_LARGEST = 1e300


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WrittenCheck:
    """One ``[[check]]`` of a file: its table, and all that it may name.

    ``file`` and ``key`` are how messages call the file and the check in it; ``checks`` are the tables of all
    the checks of the assignment, this one among them. ``hidden`` is the folder of the assignment's reference
    solution, which need not be on this machine.
    """

    table: Mapping[str, Any]
    number: int
    file: str
    checks: Sequence[Mapping[str, Any]]
    metrics: "Mapping[str, Metric]"
    kinds: "Mapping[str, CheckKind[Any]]"
    hidden: Path | None = None

    @property
    def key(self) -> str:
        """How a message names the check: by its id, else by its number."""
        return check_label(self.table, self.number)

    @property
    def metric(self) -> "Metric | None":
        """The metric that the check names, if there is one of that name."""
        name = self.table.get("metric")
        return self.metrics.get(name) if isinstance(name, str) else None

    def others(self, *, has_bar: bool = False) -> Iterator[Mapping[str, Any]]:
        """Yield the tables of the checks of this file that are of a kind there is; only those with a bar."""
        for table in self.checks:
            kind = kind_of(table, self.kinds)
            if kind is not None and (kind.has_bar or not has_bar):
                yield table

    def unknown_metric(self) -> Iterator[Message]:
        """Yield that the check names a metric which does not exist."""
        yield from unknown_name(
            self.table.get("metric"), self.metrics, file=self.file, key=f"{self.key}.metric"
        )


def kind_of(table: Mapping[str, Any], kinds: "Mapping[str, CheckKind[Any]]") -> "CheckKind[Any] | None":
    """Return the kind that a check says it is of, if it is one of ``kinds``."""
    name = table.get("kind")
    return kinds[name] if isinstance(name, str) and name in kinds else None


def unknown_name(name: Any, names: Collection[str], *, file: str, key: str) -> Iterator[Message]:
    """Yield that ``name``, which stands under ``key``, is none of ``names``, with its near miss."""
    if isinstance(name, str) and name not in names:
        hint, available = near_miss(name, names), ", ".join(sorted(names))
        yield say("unknown-name", file=file, key=key, name=shown(name), hint=hint, available=available)


def as_table(value: Any) -> dict[str, Any]:
    """Return ``value`` where it is a table, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """Return ``value`` where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def as_number(value: Any) -> float | None:
    """Return ``value`` where it is a number that a float can hold; NaN and booleans are none."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number and abs(value) < _LARGEST else None


def as_points(value: Any) -> Decimal | None:
    """Return ``value`` as the decimal that was typed, where it is a number."""
    return Decimal(str(value)) if as_number(value) is not None else None
