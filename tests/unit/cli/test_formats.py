import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from grader.cli.formats import print_class, print_submission
from grader.cli.language import speak
from grader.cli.rendering import print_grading
from grader.model.message import Language
from grader.model.result import Grading
from tests import builders as a
from tests.unit.reporting.hostile import WORDS, hostile_grading

Told = pytest.CaptureFixture[str]
FORGED = "x\n::error::forged\n##[error]forged"


@pytest.fixture(autouse=True)
def _outside_a_build_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    speak(Language.EN)


def _printed(capsys: Told, grading: Grading, shape: str) -> str:
    print_class(grading, shape, lambda: print_grading(grading, "reports/index.html"))
    return capsys.readouterr().out


def test_text_is_the_table(capsys: Told) -> None:
    assert "Report: reports/index.html" in _printed(capsys, a.a_grading(), "text")


def test_json_is_results_json_and_nothing_else(capsys: Told) -> None:
    assert json.loads(_printed(capsys, a.a_grading(), "json"))["schema"] == "grader/results/v1"


def test_junit_is_xml_and_nothing_else(capsys: Told) -> None:
    root = ET.fromstring(_printed(capsys, a.a_grading(), "junit").encode())  # noqa: S314 - written by us
    assert root.tag == "testsuites"


def test_markdown_is_a_table(capsys: Told) -> None:
    assert "| ana | mnist-dense |" in _printed(capsys, a.a_grading(), "md")


def test_github_gets_annotations_and_then_the_table_while_it_obeys_nothing(capsys: Told) -> None:
    lines = _printed(capsys, a.a_grading(), "github").splitlines()
    assert lines[0].startswith("::warning title=ana")
    token = lines[1].removeprefix("::stop-commands::")
    assert re.fullmatch(r"[0-9a-f]{32}", token)
    assert lines[-1] == f"::{token}::"


def test_the_token_is_another_one_each_time(capsys: Told) -> None:
    tokens = {re.findall(r"stop-commands::(\w+)", _printed(capsys, a.a_grading(), "github"))[0] for _ in "ab"}
    assert len(tokens) == 2


@pytest.mark.attack("log_commands")
@pytest.mark.parametrize("shape", ["text", "github"])
@pytest.mark.parametrize("words", [*WORDS, FORGED])
def test_no_line_begins_with_a_command_of_a_students(capsys: Told, words: str, shape: str) -> None:
    out = _printed(capsys, hostile_grading(words), shape)
    commands = [line for line in out.splitlines() if line.lstrip().startswith("::")]
    ours = re.compile(r"::(?:(?:warning|notice) title=.*|stop-commands::[0-9a-f]{32}|[0-9a-f]{32}::)")
    assert [line for line in commands if not ours.fullmatch(line)] == []
    assert len(commands) == (4 if shape == "github" else 0)
    assert not [
        line for line in out.splitlines() if "##[" in line and not line.startswith(("::warning", "::notice"))
    ]


def test_the_jobs_summary_gets_the_markdown(
    capsys: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    _printed(capsys, a.a_grading(), "github")
    assert summary.read_text(encoding="utf-8").startswith("before\n## PSI5790 2026\n")


def test_one_submission_is_annotated_beside_its_file(capsys: Told) -> None:
    print_submission(a.a_grading(), "github", lambda: None, file="hw/mlp2.py")
    assert "::warning file=hw/mlp2.py,title=error%3A inconclusive::" in capsys.readouterr().out


def test_the_junit_of_one_submission_names_the_file_as_a_build_service_knows_it(capsys: Told) -> None:
    print_submission(a.a_grading(), "junit", lambda: None, file="hw/mlp2.py")
    root = ET.fromstring(capsys.readouterr().out.encode())  # noqa: S314 - written by us
    assert {case.get("file") for case in root.iter("testcase")} == {"hw/mlp2.py"}


def test_one_submission_in_markdown_has_its_checks(capsys: Told) -> None:
    print_submission(a.a_grading(), "md", lambda: None, file="x")
    assert "| dense-only | passed | 2 / 2 |" in capsys.readouterr().out
