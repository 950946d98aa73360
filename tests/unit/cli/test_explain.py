"""``grader explain``: every code, check and audit has an answer in both languages."""

import pytest

from grader.cli.main import run

Told = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    monkeypatch.setenv("COLUMNS", "80")


def _says(told: Told, *arguments: str) -> tuple[int, str, str]:
    status = run(["explain", *arguments])
    out, err = told.readouterr()
    return status, out, err


def test_a_page_says_what_it_means_why_what_it_rests_on_and_what_to_do(capsys: Told) -> None:
    status, out, _ = _says(capsys, "pair")
    assert status == 0
    headings = [line for line in out.splitlines() if line and not line.startswith((" ", "=", "pair"))]
    assert headings == [
        "What it means",
        "Why it comes up",
        "What it rests on",
        "False alarms and cost",
        "What to do: student",
        "What to do: teacher",
        "This page answers for",
        "See also",
    ]


def test_a_code_comes_with_its_sentence_its_fields_named(capsys: Told) -> None:
    _, out, _ = _says(capsys, "GR405")
    assert "GR405 · Audit pair" in out
    assert "{moved} of the {rows} answers" in " ".join(out.split())
    assert "{moved:int}" not in out
    assert "`grader explain pair`" in out


def test_several_codes_are_explained_one_after_the_other(capsys: Told) -> None:
    status, out, _ = _says(capsys, "GR405", "metric")
    assert status == 0
    assert out.index("\n\nmetric · Check metric") > out.index("GR405 · Audit pair")
    assert _says(capsys, "GR405", "metrc")[:2] == (2, "")


def test_lower_case_names_the_same_page(capsys: Told) -> None:
    assert _says(capsys, "gr405") == _says(capsys, "GR405")


def test_a_code_without_a_page_of_its_own_is_told_as_such_and_gets_its_hundreds(capsys: Told) -> None:
    _, out, _ = _says(capsys, "GR340")
    assert "predict_classes" in out
    assert "has no page of its own" in out
    assert "GR320 to GR364 are hints" in " ".join(out.split())


def test_the_page_of_a_hundred_does_not_excuse_itself(capsys: Told) -> None:
    status, out, _ = _says(capsys, "gr4XX")
    assert (status, "has no page of its own" in out) == (0, False)


def test_an_unknown_name_is_told_with_its_near_miss(capsys: Told) -> None:
    status, out, err = _says(capsys, "placbo")
    assert (status, out) == (2, "")
    assert "error GR870: nothing is called placbo (`grader explain` lists every code" in err
    assert err.endswith("; did you mean 'placebo'?\n")


def test_an_unknown_code_is_told_with_a_code_that_exists(capsys: Told) -> None:
    status, _, err = _says(capsys, "GR499")
    assert status == 2
    assert "did you mean 'GR" in err


def test_no_line_of_a_page_is_wider_than_the_terminal(capsys: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    for arguments in (["GR601"], ["metric"], []):
        _, out, _ = _says(capsys, *arguments)
        assert max(map(len, out.splitlines())) <= 60


def test_without_a_code_everything_is_listed_by_its_hundred(capsys: Told) -> None:
    status, out, _ = _says(capsys)
    assert status == 0
    assert out.index("  placebo") < out.index("GR1xx") < out.index("  GR203") < out.index("GR3xx")


def test_markdown_has_headings(capsys: Told) -> None:
    _, out, _ = _says(capsys, "metric", "--format", "md")
    assert out.startswith("# metric · Check metric")
    assert "\n## What it means\n\n" in out


def test_it_speaks_portuguese(capsys: Told) -> None:
    _, out, _ = _says(capsys, "GR203", "--lang", "pt-BR")
    assert "O que fazer: aluno" in out
    assert "Não atingido" in out
