import pytest

from grader.cli.language import speak
from grader.cli.progress import LineProgress, NoProgress, TerminalProgress, progress_for
from grader.model.message import Language
from grader.words import say

Told = pytest.CaptureFixture[str]
ROUND = say("progress.round", number=1)


@pytest.fixture(autouse=True)
def _english() -> None:
    speak(Language.EN)


def _two_runs(progress: LineProgress | NoProgress | TerminalProgress) -> None:
    progress.say(say("no-submissions-found", folder="in"))
    progress.begin(2, ROUND)
    for label in ("ana · digits · 1", "\x1b[2Jbia"):
        progress.started(label)
        progress.advance(label, 12.5)
    progress.end()


def test_a_log_gets_a_line_for_each_run_and_the_time_left(capsys: Told) -> None:
    _two_runs(LineProgress())
    out, err = capsys.readouterr()
    assert out == ""
    assert ROUND.en in err
    first, last = err.splitlines()[-2:]
    assert first.startswith("  1/2  ana · digits · 1  (12.5 s; about ")
    assert last == "  2/2  \ufffd[2Jbia  (12.5 s)"


def test_quietly_nothing_is_said(capsys: Told) -> None:
    _two_runs(NoProgress())
    assert capsys.readouterr() == ("", "")


def test_a_terminal_gets_a_bar_that_goes_away(capsys: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    progress = TerminalProgress()
    _two_runs(progress)
    _two_runs(progress)
    out, err = capsys.readouterr()
    assert out == ""
    assert "\x1b" not in err


def test_where_nobody_watches_lines_are_written() -> None:
    assert isinstance(progress_for(quiet=False), LineProgress)
    assert isinstance(progress_for(quiet=True), NoProgress)
