"""Tests on the real datasets run where GRADER_DATA_DIR names them; where it does not, that is said loudly."""

import os

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.gate", "tests.workers"]

# A busy machine is no finding, so no deadline. In the gate the same examples each time, and few; in make slow
# many, the same each time too: what random ones find at a developer's desk becomes an @example.
_UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("desk", _UNHURRIED)
settings.register_profile("few", _UNHURRIED, derandomize=True, max_examples=40)
settings.register_profile("many", _UNHURRIED, derandomize=True, max_examples=500)
settings.load_profile(os.environ.get("GRADER_EXAMPLES", "desk"))

_LEFT_OUT = pytest.StashKey[int]()


def _needs_data(item: pytest.Item) -> bool:
    return item.get_closest_marker("data") is not None or "data_dir" in getattr(item, "fixturenames", ())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs the datasets where there are none."""
    if os.environ.get("GRADER_DATA_DIR"):
        return
    left = [item for item in items if _needs_data(item)]
    config.stash[_LEFT_OUT] = len(left)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not _needs_data(item)]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    """Say what was not tested."""
    del exitstatus
    left = config.stash.get(_LEFT_OUT, 0)
    if left:
        terminalreporter.section("NOT TESTED", sep="!", red=True, bold=True)
        terminalreporter.line(
            f"{left} tests on the real datasets were left out: GRADER_DATA_DIR is not set "
            "(docs/how-to/provide-data.md). This run says nothing about them."
        )
