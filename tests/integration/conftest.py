"""Sandboxes for tests, in both modes."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import grader
from grader.running.bubblewrap_sandbox import BubblewrapSandbox
from tests.integration.confined import DRIVER, MODES, ORDINARY_USER, Confined, Driver


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


@pytest.fixture(params=MODES)
def confined(request: pytest.FixtureRequest, driver: Driver) -> Iterator[Confined]:
    folder = Path(tempfile.mkdtemp(prefix="shown-"))
    folder.chmod(0o755)
    if request.param == "user" and os.geteuid() == 0:
        os.chown(folder, ORDINARY_USER, ORDINARY_USER)
    yield Confined(request.param, folder, driver, BubblewrapSandbox())
    shutil.rmtree(folder)
