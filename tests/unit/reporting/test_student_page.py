import dataclasses
import io
import re
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from PIL import Image

from grader.model.check import Outcome
from grader.model.evidence import LedgerEntry, Place, Source, SourceReport, SourceState
from grader.model.message import Language, Text
from grader.model.metric import Paired, Rule
from grader.model.result import AuditOutcome, AuditResult, Reason, Status, Verdict
from grader.model.run import MemoryGuard, RunStatus
from grader.model.shown import Picture
from grader.model.submission import Severity
from grader.reporting.html import student_page
from grader.words import say
from tests import builders as a

MOST_BYTES = 60_000


def _page(language: Language = Language.PT, **fields: Any) -> str:
    result = a.a_result(**fields)
    return student_page(a.a_grading(submissions=(result,)), result, language)


def _read(page: str, language: Language) -> str:
    """Return the text a reader of one language sees, without tags and runs of blanks."""
    other = "en" if language is Language.PT else "pt-BR"
    body = page.split("<main", 1)[1]
    body = re.sub(rf'<(span|tspan) lang="{other}">.*?</\1>', "", body, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", "", re.sub(r"(</t[dh]>|</dt>|</li>)", " ", body))).split())


def _figure() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (20, 20), (200, 10, 10)).save(file, "PNG")
    return file.getvalue()


NOT_GRADED: dict[str, Any] = {
    "status": Status.NOT_GRADED,
    "verdict": None,
    "reason": Reason.INFRASTRUCTURE,
    "points": None,
    "evidence": None,
    "sources": (),
    "runs": (),
    "metrics": (),
    "checks": (),
}


def test_where_no_predictions_are_asked_for_nothing_is_said_of_them() -> None:
    assert 'id="h-evidence"' in _page()
    without = _page(sources=(), evidence=None)
    assert 'id="h-evidence"' not in without
    assert 'id="h-runs"' in without


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (Language.PT, ["Inconclusivo", "9 de 10 pontos", "1,63 %",
                       "média de 5 execuções: 163 erros em 10.000 linhas",
                       "menos de 1,61 %", "1,39 % a 1,90 % (intervalo binomial exato, 95 %)",
                       "1,44 % a 1,82 % (desvio padrão 0,15 %)", "1,18 % (média de 5 execuções)",
                       "capturadas da última chamada", "predict não pode ser chamada só com X",
                       "!pip install tensorflow==2.4 (célula 1, linha 1) não foi executado",
                       "O que o programa imprimiu Palavras do próprio programa, não medidas.", "2 min 51 s"]),
        (Language.EN, ["Inconclusive", "9 of 10 points", "1.63 %",
                       "mean of 5 runs: 163 errors in 10,000 rows",
                       "below 1.61 %", "1.39 % to 1.90 % (exact binomial interval, 95 %)",
                       "1.44 % to 1.82 % (standard deviation 0.15 %)", "1.18 % (mean of 5 runs)",
                       "captured from the last call", "predict cannot be called with X alone",
                       "!pip install tensorflow==2.4 (cell 1, line 1) was not run",
                       "What the submission printed Its own words, not measured.", "2 min 51 s"]),
    ],
)  # fmt: skip
def test_one_page_tells_everything_in_each_language(language: Language, sentences: list[str]) -> None:
    read = _read(_page(), language)
    for sentence in sentences:
        assert sentence in read


def test_a_page_opens_in_the_language_asked_for() -> None:
    assert re.search(r'<html lang="pt-BR">', _page(Language.PT))
    assert re.search(r'id="in-pt"[^>]* checked', _page(Language.PT))
    assert re.search(r'<html lang="en">', _page(Language.EN))
    assert re.search(r'id="in-en"[^>]* checked', _page(Language.EN))
    assert len(re.findall(" checked", _page(Language.EN).split("<main")[0])) == 1


def test_two_errors_in_686_rows_are_told_as_such() -> None:
    summary = a.a_summary(
        value=2 / 686, n=686, values=(2 / 686,), wrong=2.0, seed_sd=None, seed_low=None, seed_high=None
    )
    read = _read(_page(metrics=(summary,)), Language.EN)
    assert "0.29 % = 2 errors in 686 rows" in read
    assert "not measured: a single run" in read


def test_what_was_not_graded_needs_a_person_and_is_no_zero() -> None:
    page = _page(**NOT_GRADED)
    assert "Not graded — not a zero" in _read(page, Language.EN)
    assert "A person must look. This is not a zero" in _read(page, Language.EN)
    assert "Uma pessoa precisa olhar. Isto não é um zero" in _read(page, Language.PT)
    assert "0 of 10" not in _read(page, Language.EN)


def test_a_failed_verdict_names_the_check_that_made_it() -> None:
    message = Text("O erro é 2,22 %.", "The error is 2.22 %.", "GR202")
    checks = (a.a_check(outcome=Outcome.FAILED, points=Decimal(0), message=message),)
    page = _page(verdict=Verdict.FAILED, points=Decimal(0), checks=checks)
    assert '<div class="why"><p><span lang="pt-BR">O erro é 2,22 %.</span>' in page


def test_a_passed_verdict_says_that_every_required_check_passed() -> None:
    assert "Every required check passed." in _read(_page(verdict=Verdict.PASSED), Language.EN)


def test_a_run_without_sandbox_is_stamped() -> None:
    result = a.a_result()
    grading = a.a_grading(machine=a.a_machine(sandbox="none", memory_limit="none"))
    page = student_page(grading, result, Language.EN)
    assert '<span lang="en">UNSANDBOXED</span>' in page
    assert "UNSANDBOXED" not in _page()


def test_the_ways_a_run_can_end_are_told() -> None:
    runs = tuple(
        a.a_run_result(
            run=a.a_run(
                number=number,
                status=status,
                signal=9 if status is RunStatus.TIMEOUT else None,
                memory_guard=MemoryGuard.NONE,
            )
        )
        for number, status in enumerate(RunStatus, 1)
    )
    read = _read(_page(runs=runs), Language.EN)
    for words in ("ran out of time (signal 9)", "the kernel died", "698 MiB none"):
        assert words in read


def test_an_error_that_came_in_every_run_is_told_once_with_its_place() -> None:
    runs = tuple(
        a.a_run_result(run=a.a_run(number=number), errors=(a.a_program_error(),)) for number in (1, 2)
    )
    read = _read(_page(runs=runs), Language.EN)
    assert read.count("Argument(s) not recognized") == 1
    assert "ValueError cell 7, line 12 · runs 1, 2" in read


def test_findings_stand_in_a_part_marked_for_the_instructor_the_loudest_first() -> None:
    quiet = a.a_finding(code="GR400", severity=Severity.INFO, p_value=None)
    page = _page(findings=(quiet, a.a_finding()))
    part = page.split('<section class="instructor"', 1)[1]
    assert part.index("GR402") < part.index("GR400")
    assert "p < 0.001" in _read(page, Language.EN)


def test_figures_that_are_png_are_shown_and_the_others_counted() -> None:
    result = a.a_result(picture=Picture(figures=("a.png", "b.png", "missing.png")))
    figures = {"a.png": _figure(), "b.png": b"<svg onload=alert(1)>"}
    page = student_page(a.a_grading(), result, Language.EN, figures)
    assert page.count("<img ") == 1
    assert "2 figures left off the page" in _read(page, Language.EN)


def test_wrong_predictions_are_marked_by_more_than_colour() -> None:
    page = _page()
    assert page.count('<li class="wrong">') == 2
    assert page.count('aria-hidden="true">✗</i><i class="for-ear">') == 2


def test_pixels_that_do_not_fit_leave_the_words() -> None:
    sample = dataclasses.replace(a.a_picture().samples[0], height=27, truth="nine")
    page = _page(picture=Picture(samples=(sample,)))
    assert "<img" not in page
    assert "nine" in page


def test_a_confusion_matrix_of_many_classes_is_left_off_with_a_word() -> None:
    many = tuple(str(name) for name in range(30))
    picture = a.a_picture(classes=many, confusion=((1,) * 30,) * 30)
    assert "30 classes" in _read(_page(picture=picture), Language.EN)


def test_served_test_rows_inside_fit_are_told_in_the_training_part() -> None:
    runs = (a.a_run_result(fits=(a.a_fit(on_test_rows=True),)),)
    assert "The test rows were used inside fit" in _read(_page(runs=runs), Language.EN)


@pytest.mark.parametrize(
    "output", ["x" * 2_000_000, "<&'\"" * 500_000, "é\n" * 500_000, "line of words\n" * 90_000]
)
def test_a_page_stays_small_whatever_a_program_prints(output: str) -> None:
    page = _page(output=output)
    assert len(page.encode()) <= MOST_BYTES
    assert "characters in between were left out" in _read(page, Language.EN)
    assert 'href="../mnist-dense/ana.log"' in page


def test_of_a_long_output_the_beginning_and_the_end_are_shown() -> None:
    read = _read(_page(output="first line\n" + "middle\n" * 30_000 + "last line\n"), Language.EN)
    assert "first line middle" in read
    assert "… part left out … middle" in read
    assert "middle last line" in read


def test_a_short_output_is_shown_whole() -> None:
    page = _page(output="\n  indented\nlast")
    assert '<pre class="printed" tabindex="0">\n\n  indented\nlast</pre>' in page


def test_a_flood_of_quoted_words_is_cut_and_counted() -> None:
    ledger = tuple(
        LedgerEntry(kind="pip", what=f"!pip install {number} {'x' * 5000}", place=Place())
        for number in range(200)
    )
    errors = tuple(
        a.a_program_error(text=f"{number} {'y' * 9000}", traceback="z" * 90_000) for number in range(50)
    )
    page = _page(ledger=ledger, runs=(a.a_run_result(errors=errors),), layers=("Dense" * 100,) * 900)
    assert "… and 180 more." in _read(page, Language.EN)
    assert "… and 46 more." in _read(page, Language.EN)
    assert len(page.encode()) < 2 * MOST_BYTES


def test_links_lead_to_the_class_page_and_the_log_from_where_the_page_stands() -> None:
    page = _page(report="mnist-dense/ana maria.html", log="mnist-dense/ana maria.log")
    assert 'class="back" href="../index.html"' in page
    assert 'href="../mnist-dense/ana%20maria.log"' in page


def test_the_record_has_what_repeats_the_result() -> None:
    read = _read(_page(), Language.EN)
    for words in ("ab" * 32, "keras (inside) 3.15.1", "Seeds 0, 1, 2, 3, 4", "Threads 2"):
        assert words in read
    assert "Memory guard cgroup-v2" in read
    assert 'href="../mnist-dense/ana.certificate.json"' in _page()


def test_the_same_result_graded_again_gives_the_same_bytes() -> None:
    result = a.a_result()
    first = a.a_grading(submissions=(result,))
    later = dataclasses.replace(first, finished=first.finished + timedelta(hours=3))
    assert student_page(first, result, Language.PT) == student_page(later, result, Language.PT)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "not in the program"),
        ({"errors": (a.a_program_error(),)}, "not seen: the program stopped before its end"),
        ({"run": a.a_run(status=RunStatus.TIMEOUT)}, "not seen: the program stopped before its end"),
    ],
)
def test_the_table_of_sources_says_what_a_program_that_stopped_never_reached(
    fields: dict[str, Any], told: str
) -> None:
    runs = (a.a_run_result(**fields),)
    absent = (SourceReport(source=Source.PREDICTIONS, state=SourceState.ABSENT),)
    page = _page(Language.EN, runs=runs, sources=absent, evidence=None, ledger=())
    assert f"variable with the predictions predictions {told}" in _read(page, Language.EN)


@pytest.mark.parametrize(
    ("rows", "told", "dito"),
    [
        (20, "20 rows are too few to decide whether", "20 linhas são poucas para decidir"),
        (1, "1 row is too few to decide whether", "1 linha é pouco para decidir"),
    ],
)
def test_a_placebo_of_too_few_rows_stands_on_the_page_without_an_answer(
    rows: int, told: str, dito: str
) -> None:
    classes = say("audit.placebo.few", placebo=0.31, graded=0.55, guessing=0.5, rows=rows)
    numbers = say("audit.placebo.few.numbers", placebo=0.2, graded=0.61, rows=rows)
    audits = tuple(
        AuditResult(
            audit="placebo", outcome=AuditOutcome.UNDECIDED, message=one, p_value=None, cpu_seconds=12.3
        )
        for one in (classes, numbers)
    )
    english, portuguese = (
        _read(_page(language, audits=audits), language) for language in (Language.EN, Language.PT)
    )
    assert (english.count(told), english.count("no answer placebo It cannot be told:")) == (2, 2)
    assert portuguese.count(dito) == 2
    assert "gets 31 % right (with the right ones 55 %; guessing 50 %)" in english


def test_how_small_a_chance_is_stands_on_the_page_in_words() -> None:
    findings = (a.a_finding(p_value=5.889e-40),)
    assert "(p < 0,001)" in _read(_page(findings=findings), Language.PT)
    assert "(p < 0.001)" in _read(_page(Language.EN, findings=findings), Language.EN)


def test_a_run_paired_with_the_references_is_told_and_that_it_decides_nothing() -> None:
    paired = Paired(n=10_000, own_only=84, reference_only=65, p_value=0.1399)
    english = _read(_page(Language.EN, paired=paired), Language.EN)
    assert "of the same 10,000 rows, 84 are wrong here only and 65 in the reference only" in english
    assert "(exact McNemar: p = 0.1399; decides nothing)" in english
    assert "p = 0,1399; não decide nada" in _read(_page(paired=paired), Language.PT)
    assert "McNemar" not in _read(_page(), Language.PT)


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (Rule.MEDIAN, "mediana de 5 execuções: 163 erros"),
        (Rule.BEST, "a melhor de 5 execuções: 163 erros"),
        (Rule.EACH, "a pior de 5 execuções: 163 erros"),
    ],
)
def test_the_rule_that_made_the_figure_is_told(rule: Rule, told: str) -> None:
    assert told in _read(_page(metrics=(a.a_summary(rule=rule),)), Language.PT)


def test_only_a_later_attempt_is_told_as_one() -> None:
    assert "attempt 1" not in _read(_page(), Language.EN)
    assert "attempt 2 · mlp2.py" in _read(_page(attempt=2), Language.EN)


@pytest.mark.parametrize("key", ["audit-doubt-points-kept", "audit-doubt-points-withheld"])
def test_where_an_audit_leaves_doubt_the_page_does_not_call_it_too_little_measured(key: str) -> None:
    doubt = say(
        key, measured=say("training-not-seen"), bar=say("training-not-seen"), why=say("training-not-seen")
    )
    checks = (a.a_check(outcome=Outcome.INCONCLUSIVE, message=doubt),)
    doubted = _read(_page(verdict=Verdict.INCONCLUSIVE, checks=checks, language=Language.EN), Language.EN)
    assert "whether it is the program's own, a person decides" in doubted
    assert "does not settle it" not in doubted
    close = (*checks, a.a_check(outcome=Outcome.INCONCLUSIVE, id="other"))
    assert "does not settle it" in _read(
        _page(verdict=Verdict.INCONCLUSIVE, checks=close, language=Language.EN), Language.EN
    )
