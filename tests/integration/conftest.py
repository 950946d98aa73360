"""Sandboxes for tests, in both modes."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import grader
from grader.running.bubblewrap.sandbox import BubblewrapSandbox
from grader.running.confining.user_ids import ROOT_MODE_UIDS
from grader.running.warm.always_warm import AlwaysWarm
from tests.integration.confined import DRIVER, IN_ENVIRONMENT, MODES, ORDINARY_USER, Confined, Driver
from tests.integration.played_class import Class, Digits, small_digits
from tests.integration.promises import Promises

if TYPE_CHECKING:
    from grader.plugins.interfaces import Sandbox


@pytest.fixture(scope="session")
def driver() -> Iterator[Driver]:
    folder = Path(tempfile.mkdtemp(prefix="ordinary-"))
    folder.chmod(0o755)
    package = Path(grader.__file__).parent
    (folder / "grader").mkdir()
    for name in ("__init__.py", "model", "words", "plugins", "running"):
        source = package / name
        if source.is_dir():
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, folder / "grader" / name, ignore=ignore)
        else:
            shutil.copy(source, folder / "grader" / name)
    shutil.copy(DRIVER, folder)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    driver = Driver(folder)
    yield driver
    driver.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def warm_driver(driver: Driver) -> Iterator[Driver]:
    """As the driver, starting every program warm."""
    warm = Driver(driver.folder, warm=True)
    yield warm
    warm.stop()


@pytest.fixture(scope="session")
def warm_sandbox() -> Iterator[AlwaysWarm]:
    """One for all tests: what one program leaves with its mother, another one would find."""
    sandbox = AlwaysWarm()
    yield sandbox
    sandbox.close()


@pytest.fixture(
    params=[*MODES, *(pytest.param(f"warm-{mode}", marks=pytest.mark.slow) for mode in MODES)],
)
def confined(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Confined]:
    """A grader in one mode; at the end of the test, what holds after every run is looked at."""
    monkeypatch.setenv("GRADER_TEST_SECRET", IN_ENVIRONMENT)
    folder = Path(tempfile.mkdtemp(prefix="shown-"))
    folder.chmod(0o755)
    mode, warm = request.param.removeprefix("warm-"), request.param.startswith("warm-")
    driver: Driver = request.getfixturevalue("warm_driver" if warm else "driver")
    stepped_down = mode == "user" and os.geteuid() == 0
    grader = ORDINARY_USER if stepped_down else os.geteuid()
    os.chown(folder, grader, -1)
    inner = ROOT_MODE_UIDS if mode == "root" else range(grader, grader + 1)
    promises = Promises.made_by(grader, inner)
    sandbox: Sandbox = request.getfixturevalue("warm_sandbox") if warm else BubblewrapSandbox()
    made = Confined(mode, folder, driver, sandbox, promises=promises)
    try:
        yield made
        made.keep_promises()
    finally:
        shutil.rmtree(promises.course)
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def digits() -> Digits:
    """The shipped digits assignment without its model checks."""
    return small_digits()


@pytest.fixture
def classroom(tmp_path: Path, digits: Digits) -> Class:
    """A class of its own for the test."""
    return Class(tmp_path, digits[0], digits[1])


@pytest.fixture
def with_architecture(classroom: Class, digits: Digits) -> Class:
    """The class with the assignment's check of layers too."""
    whole = digits[0].assignment("digits")
    assert whole is not None
    checks = tuple(c for c in whole.checks if c.kind in ("metric", "architecture", "runs"))
    points = sum((c.points for c in checks), Decimal(0))
    classroom.assignment = replace(whole, checks=checks, points=points, reference=None)
    return classroom
