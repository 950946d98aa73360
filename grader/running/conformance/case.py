"""One promise of a sandbox, and how it was broken."""

from collections.abc import Callable
from dataclasses import dataclass

from grader.running.conformance.testbed import Testbed


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One promise: ``check`` returns None when it is kept, else what was seen instead."""

    name: str
    proves: str
    check: Callable[[Testbed], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A promise that was not kept."""

    case: str
    why: str
