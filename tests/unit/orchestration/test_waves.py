"""What a class wants next is made together, the longest first, and judged as it comes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.model.message import Text
from grader.model.run import NotRun
from grader.orchestration import runs_of as module
from grader.orchestration.ports import Done
from grader.orchestration.runs_of import runs_of
from tests.fakes import RememberingProgress


@dataclass(frozen=True)
class Order:
    """As much of an order as the executor and the store look at."""

    key: str
    label: str = ""
    wants_gpu: bool = False

    def __str__(self) -> str:
        return self.key


@dataclass
class Kept:
    """A store that keeps in memory, and says when."""

    heard: list[str]
    runs: dict[str, Any] = field(default_factory=dict)

    def load(self, key: str) -> Any:
        return self.runs.get(key)

    def scratch_path(self, key: str) -> Path:
        return Path("/nowhere") / key

    def publish(self, key: str, _scratch: Path) -> Any:
        self.heard.append(f"kept {key}")
        self.runs[key] = SimpleNamespace(key=key, refused=())
        return self.runs[key]


class Backwards:
    """An executor that takes orders as they are given, and loses those it is told to."""

    def __init__(self, heard: list[str], lost: tuple[str, ...] = ()) -> None:
        self._heard = heard
        self._lost = lost

    def run(self, _perform: Any, jobs: Any, _progress: Any) -> Iterator[Done]:
        for index, job in enumerate(jobs):
            self._heard.append(f"made {job.key}")
            lost = job.key in self._lost
            yield Done(index=index, answer=NotRun(reason=Text("não", "no")) if lost else object())


@pytest.fixture
def heard() -> list[str]:
    return []


def made(heard: list[str], expected: dict[str, float], *, lost: tuple[str, ...] = (), kept: str = "") -> Any:
    store = Kept(heard, {kept: SimpleNamespace(key=kept, refused=())} if kept else {})
    means: Any = SimpleNamespace(
        store=store,
        executor=Backwards(heard, lost),
        progress=RememberingProgress(),
        workplace=lambda *_: None,
    )
    orders: Any = [Order(key) for key in expected]
    return runs_of(
        orders,
        means,
        course=Path("course"),
        what=Text("ronda", "round"),
        expected=expected,
        arrived=lambda key, _run: heard.append(f"arrived {key}"),
    )


def test_the_longest_is_made_first_and_each_arrives_before_the_next_is_there(heard: list[str]) -> None:
    made(heard, {"short": 1.0, "long": 9.0, "unknown": float("inf"), "as short": 1.0})
    order = ["unknown", "long", "short", "as short"]
    assert heard == [f"{what} {key}" for key in order for what in ("made", "kept", "arrived")]


def test_what_is_kept_or_lost_does_not_arrive(heard: list[str]) -> None:
    found = made(heard, {"a": 3.0, "b": 2.0, "c": 1.0}, lost=("b",), kept="a")
    assert [each for each in heard if each.startswith("arrived")] == ["arrived c"]
    assert (set(found.runs), set(found.lost), found.new) == ({"a", "c"}, {"b"}, True)


def test_nothing_is_new_where_everything_is_kept(heard: list[str]) -> None:
    found = made(heard, {"a": 1.0}, kept="a")
    assert (heard, found.new) == ([], False)
    assert module.Made(runs={}, lost={}).new is False
