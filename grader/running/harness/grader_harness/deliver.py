"""After the program has ended: has each thing that was asked for taken, and says what became of it."""

from collections.abc import Callable
from importlib import import_module

from grader_harness.ended import Ended
from grader_harness.job import Ask
from grader_harness.states import raised

Take = Callable[[Ask, Ended], dict[str, str]]


def find_takers(asks: tuple[Ask, ...]) -> tuple[tuple[Ask, Take], ...]:
    """Return who takes what is asked for, in that order; before the program starts, which may replace it.

    Raises:
        ValueError: something is asked for that nothing here takes.
    """
    return tuple((ask, _taker(ask.kind)) for ask in asks)


def deliver(takers: tuple[tuple[Ask, Take], ...], ended: Ended) -> dict[str, dict[str, str]]:
    """Return the state of each ask by its kind; what fails here is a state, never an exception."""
    states = {}
    for ask, take in takers:
        try:
            states[ask.kind] = take(ask, ended)
        except BaseException as error:  # SystemExit of the program's own methods too
            states[ask.kind] = raised(error)
    return states


def _taker(kind: str) -> Take:
    name = f"grader_harness.takers.{kind}"
    try:
        take: Take = import_module(name).take
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise ValueError(f"nothing here takes {kind!r}") from None
    return take
