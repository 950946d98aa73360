"""Engines for the conformance suite: run where one answers; where none does, that is said loudly."""

from collections.abc import Iterator

import pytest

from grader.model.errors import SandboxUnavailable
from grader.plugins.interfaces import Sandbox
from grader.running.containers.apptainer_sandbox import ApptainerSandbox
from grader.running.containers.sandbox import DockerSandbox, PodmanSandbox
from tests.integration.conftest import driver, warm_sandbox

__all__ = ["driver", "warm_sandbox"]

ENGINES: dict[str, Sandbox] = {
    "podman": PodmanSandbox(), "docker": DockerSandbox(), "apptainer": ApptainerSandbox()
}  # fmt: skip
_ABSENT = pytest.StashKey[dict[str, str]]()


def _absent() -> Iterator[tuple[str, str]]:
    for name, sandbox in ENGINES.items():
        try:
            sandbox.probe()
        except SandboxUnavailable as error:
            yield name, str(error)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of engines that do not answer here."""
    asked = [item for item in items if "engine" in getattr(item, "fixturenames", ())]
    if not asked:
        return
    absent = dict(_absent())
    config.stash[_ABSENT] = absent
    left = [item for item in asked if item.callspec.params["engine"] in absent]  # type: ignore[attr-defined]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Sandbox:
    return ENGINES[request.param]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    """Say which engines were not tested, and why."""
    del exitstatus
    absent = config.stash.get(_ABSENT, {})
    if absent:
        terminalreporter.section("NOT TESTED", sep="!", red=True, bold=True)
        for name, why in absent.items():
            terminalreporter.line(f"The sandbox {name} was not put to the conformance suite: {why}")
