"""What the gate asks of a run of tests: all of them ended, none took long without a reason, times are kept.

A pytest plugin, loaded by tests/conftest.py. ``--times FILE`` keeps what each test took; ``--longest
SECONDS`` fails a run where a test that has no mark ``takes`` or ``slow`` took longer. That every test ended
is asked always: a worker that is killed between two tests fails none of them.
"""

import json
import resource
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

_HAS_A_REASON = ("takes", "slow")
_CPU = "processor seconds"
_BEFORE = pytest.StashKey[float]()
_SHOWN = 20


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the gate."""
    group = parser.getgroup("gate")
    group.addoption("--times", type=Path, metavar="FILE", help="write what each test took into FILE")
    group.addoption(
        "--longest",
        type=float,
        metavar="SECONDS",
        help="fail if a test that is marked neither takes nor slow takes longer",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Time every test where it runs; look at all of them where they are handed out."""
    config.pluginmanager.register(_Clock())
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Gate(config.option.times, config.option.longest))


class _Clock:
    """Adds to a test's last report the processor time of the test and of all processes it waited for."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        item.stash[_BEFORE] = _cpu_seconds()
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if call.when == "teardown":
            report.user_properties.append((_CPU, _cpu_seconds() - item.stash[_BEFORE]))
        return report


class Gate:
    """Remembers which tests were to run, which ended, and what they took."""

    def __init__(self, times: Path | None, longest: float | None) -> None:
        self._times, self._longest = times, longest
        self._expected: set[str] = set()
        self._ended: set[str] = set()
        self._has_a_reason: set[str] = set()
        self._seconds: dict[str, float] = defaultdict(float)
        self._cpu_seconds: dict[str, float] = {}

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._expected.update(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        del node
        self._expected.update(ids)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._seconds[report.nodeid] += report.duration  # of its fixtures, its own, and of their end
        for name, told in report.user_properties:
            if name == _CPU and isinstance(told, float):
                self._cpu_seconds[report.nodeid] = told
        if any(mark in report.keywords for mark in _HAS_A_REASON):
            self._has_a_reason.add(report.nodeid)
        if report.when == "teardown":
            self._ended.add(report.nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if self._times is not None:
            self._write(self._times)
        if exitstatus == pytest.ExitCode.OK and not session.config.option.collectonly and self._complaints():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if terminalreporter.config.option.collectonly or terminalreporter.config.option.maxfail:
            return
        for complaint in self._complaints():
            terminalreporter.section("THE GATE IS SHUT", sep="!", red=True, bold=True)
            terminalreporter.line(complaint)

    def _complaints(self) -> list[str]:
        said = []
        if left := sorted(self._expected - self._ended):
            said.append(f"{len(left)} tests never ended, and say nothing:\n" + "\n".join(left[:_SHOWN]))
        if long := self._too_long():
            lines = (f"{self._seconds[name]:7.1f} s  {name}" for name in long)
            said.append(
                f"over {self._longest:g} s and no word why: make it faster, or mark it "
                'takes(40, "why") or slow (CONTRIBUTING.md)\n' + "\n".join(lines)
            )
        return said

    def _too_long(self) -> list[str]:
        if self._longest is None:
            return []
        long = {name for name, seconds in self._seconds.items() if seconds > self._longest}
        return sorted(long - self._has_a_reason, key=lambda name: -self._seconds[name])

    def _write(self, file: Path) -> None:
        """Write the longest first; a file that is there keeps what it says of other tests."""
        told = {
            name.partition("@")[0]: {
                "seconds": round(seconds, 2),
                "cpu_seconds": round(self._cpu_seconds.get(name, 0), 2),
            }
            for name, seconds in self._seconds.items()
        }
        if file.exists():
            told = {**json.loads(file.read_text(encoding="utf-8")), **told}
        file.parent.mkdir(parents=True, exist_ok=True)
        ordered = dict(sorted(told.items(), key=lambda one: (-one[1]["seconds"], one[0])))
        file.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")


def _cpu_seconds() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)
