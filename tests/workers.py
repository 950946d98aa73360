"""Which tests stay with one worker, and which begin first: a pytest plugin for runs with several workers.

What the tests of a file share is made once, by the worker that has the file. A class of attackers is shared
by two files and graded once in each mode. (xdist's own groups are written into names that pytest no longer
lets anybody change; what is shared is therefore told from the name.)
"""

import os
import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from xdist.scheduler.loadscope import LoadScopeScheduling

_CLASS_OF_ATTACKERS = re.compile(r"tests/attacks/test_(?:gradings|batch)\.py::\w+\[(\w+)")


def stays_together(name: str) -> str:
    """Return what the test ``name`` shares with others: its file, or a class of attackers in one mode."""
    found = _CLASS_OF_ATTACKERS.match(name)
    return f"attackers, graded as {found[1]}" if found else name.partition("::")[0]


def pytest_configure(config: pytest.Config) -> None:
    """Have a worker look like any process without a terminal: to start it, readline has told it of one."""
    if hasattr(config, "workerinput"):
        for name in ("COLUMNS", "LINES"):
            os.environ.pop(name, None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> "LoadScopeScheduling":
    """Hand out what stays together as one, in the order in which it was collected."""
    from xdist.scheduler.loadscope import LoadScopeScheduling  # noqa: PLC0415 - absent where one process tests

    class Together(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
        def _split_scope(self, nodeid: str) -> str:
            return stays_together(nodeid)

    config.option.loadscopereorder = False
    return Together(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Have what takes long begin first, so that no worker ends long after the others."""
    if not hasattr(config, "workerinput"):
        return
    groups: dict[str, list[pytest.Item]] = {}
    for item in items:
        groups.setdefault(stays_together(item.nodeid), []).append(item)
    longest_first = sorted(groups.values(), key=_seconds_expected, reverse=True)
    items[:] = [item for group in longest_first for item in group]


def _seconds_expected(items: list[pytest.Item]) -> float:
    """Return what a group is expected to take: the longest of its marks, and a moment for each test."""
    marks = (item.get_closest_marker("takes") for item in items)
    return max((mark.args[0] for mark in marks if mark is not None), default=0) + len(items) / 1000
