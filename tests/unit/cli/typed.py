"""The command line as typed, and what it says."""

from pathlib import Path

import pytest

from grader.cli.main import COMMANDS, run

Told = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    monkeypatch.delenv("GRADER_DEBUG", raising=False)
    monkeypatch.setitem(COMMANDS, "end", "tests.unit.cli.ending_badly")
    monkeypatch.chdir(tmp_path)


def says(told: Told, *arguments: str) -> tuple[int, str, str]:
    status = run(list(arguments))
    out, err = told.readouterr()
    assert "Traceback" not in out + err
    return status, out, err
