import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.cli.language import language_of, speak, speak_as_chosen, speak_as_course, spoken
from grader.cli.rendering import (
    complain,
    console,
    print_grading,
    print_messages,
    printable,
    tell,
)
from grader.model.message import Language
from grader.model.result import Reason, Status, Verdict
from grader.words import say
from tests import builders as a

Told = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "240")
    speak(Language.EN)


def test_the_class_table_has_a_row_for_everybody_and_counts_them(capsys: Told) -> None:
    missing = a.a_result(
        student="José",
        status=Status.NOT_GRADED,
        verdict=None,
        reason=Reason.DATA_MISSING,
        reason_message=a.a_message(en="No data."),
        points=None,
        metrics=(),
    )
    results = (a.a_result(verdict=Verdict.PASSED), missing)
    print_grading(a.a_grading(submissions=results), "reports/index.html")
    out = capsys.readouterr().out
    assert "ana" in out
    assert "José" in out
    assert "No data." in out
    assert "- / 10" in out
    assert "reports/index.html" in out
    assert "\x1b" not in out


@pytest.mark.parametrize(
    "name",
    [
        "<img src=x onerror=alert(1)>",
        "[bold red]x[/]",
        ":x:",
        "\x1b[2J\x1b[H",
        "\u202eevil",
        "a\rb",
        "a\x07b",
    ],
)
def test_a_name_is_shown_as_it_is_and_moves_no_cursor(capsys: Told, name: str) -> None:
    print_grading(a.a_grading(submissions=(a.a_result(student=name),)), "r")
    complain(say("storage-write-failed", folder=name, problem=name))
    out, err = capsys.readouterr()
    assert printable(name) in out
    assert printable(name) in err
    for character in "\x1b\u202e\r\x07":
        assert character not in out + err


@pytest.mark.attack("terminal_escapes")
def test_a_name_with_a_line_end_in_it_writes_no_line_of_its_own(capsys: Told) -> None:
    name = "ana\n  - everybody passed\r\n::error::x"
    complain(say("storage-write-failed", folder=name, problem="x"))
    tell(say("storage-write-failed", folder=name, problem="x"))
    print_messages([say("storage-write-failed", folder=name, problem="x")], heading="summary.remarks")
    assert len(capsys.readouterr().err.splitlines()) == 4


@given(st.text())
def test_what_is_printed_is_printable(text: str) -> None:
    shown = printable(text)
    assert all(c == "\n" or c.isprintable() for c in shown)
    assert printable(shown) == shown


def test_a_list_of_nothing_is_not_announced(capsys: Told) -> None:
    print_messages([], heading="summary.remarks")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("variable", ["NO_COLOR", "TERM"])
def test_no_colour_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch, capsys: Told, variable: str) -> None:
    monkeypatch.setenv(variable, "dumb")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    console().print("x", style="bold red")
    assert capsys.readouterr().out == "x\n"


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LC_ALL": "en_US.UTF-8", "LANG": "pt_BR.UTF-8"}, Language.EN),
        ({"LC_MESSAGES": "en_US.UTF-8", "LANG": "pt_BR.UTF-8"}, Language.EN),
        ({"LANG": "EN_us"}, Language.EN),
        ({"LANG": "pt_PT.UTF-8"}, Language.PT),
        ({"LANG": "C.UTF-8"}, Language.EN),
        ({"LANG": "fr_FR.UTF-8"}, Language.EN),
        ({}, Language.EN),
    ],
)
def test_the_environment_chooses_the_language(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], language: Language
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language_of(None) is language
    assert language_of("pt-BR") is Language.PT


@pytest.mark.parametrize(
    ("locale", "option", "language"),
    [
        ("C.UTF-8", None, Language.PT),
        ("fr_FR.UTF-8", None, Language.PT),
        ("en_US.UTF-8", None, Language.EN),
        ("C.UTF-8", "en", Language.EN),
    ],
)
def test_a_course_is_told_in_its_language_where_nobody_says_another(
    monkeypatch: pytest.MonkeyPatch, locale: str, option: str | None, language: Language
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    speak_as_chosen(option)
    speak_as_course(Language.PT)
    assert spoken() is language
    speak_as_course(None)
    assert spoken() is (Language.PT if language is Language.PT and locale.startswith("pt") else Language.EN)
