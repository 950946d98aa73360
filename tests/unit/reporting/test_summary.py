from decimal import Decimal

import pytest

from grader.model.check import Outcome
from grader.model.message import Language
from grader.model.result import Status, Verdict
from grader.reporting.summary import counts_told, measured_of, points_of, summary_rows, why_of, word_of
from grader.words import phrase
from tests import builders as a


def test_points_are_told_as_the_language_writes_them() -> None:
    result = a.a_result(points=Decimal("7.50"), max_points=Decimal("10.000"))
    assert points_of(result, Language.EN) == "7.5 / 10"
    assert points_of(result, Language.PT) == "7,5 / 10"
    assert points_of(a.a_result(points=None), Language.PT) == "- / 10"


def test_a_share_is_told_in_per_cent_and_a_quantity_is_not() -> None:
    assert measured_of(a.a_result(), Language.PT) == "1,63 %"
    rmse = a.a_summary(metric="rmse", value=0.5, sampling_low=None, sampling_high=None)
    assert measured_of(a.a_result(metrics=(rmse,)), Language.EN) == "0.5"
    of_a_plugin = a.a_summary(metric="top_3", value=0.98)
    assert measured_of(a.a_result(metrics=(of_a_plugin,)), Language.EN) == "98 %"
    assert measured_of(a.a_result(metrics=()), Language.EN) == ""


def test_the_value_beside_a_reason_is_the_one_that_the_reason_is_about() -> None:
    metrics = (a.a_summary(), a.a_summary(metric="noise_error", value=0.25))
    noise = a.a_check(id="noise", metric="noise_error", outcome=Outcome.FAILED)
    layers = a.a_check(id="layers", metric=None, outcome=Outcome.FAILED)
    both = a.a_result(metrics=metrics, checks=(a.a_check(outcome=Outcome.PASSED), noise))
    assert measured_of(both, Language.EN) == "25 %"
    assert measured_of(a.a_result(metrics=metrics, checks=(layers,)), Language.EN) == "1.63 %"


def test_the_worst_required_check_explains_a_result() -> None:
    checks = (
        a.a_check(outcome=Outcome.PASSED, message=a.a_message(en="passed")),
        a.a_check(outcome=Outcome.FAILED, required=False, message=a.a_message(en="optional")),
        a.a_check(outcome=Outcome.FAILED, message=a.a_message(en="required")),
    )
    assert why_of(a.a_result(checks=checks), Language.EN) == "required"
    assert why_of(a.a_result(checks=()), Language.EN) == ""
    told = a.a_result(checks=checks, reason_message=a.a_message(en="reason"))
    assert why_of(told, Language.EN) == "reason"


def test_not_graded_is_a_word_of_its_own() -> None:
    assert word_of(a.a_result(status=Status.NOT_GRADED, verdict=None)) == "not_graded"
    assert word_of(a.a_result(verdict=Verdict.INCONCLUSIVE)) == "inconclusive"


def test_every_submission_has_a_row_with_its_words_as_they_were_received() -> None:
    grading = a.a_grading(submissions=(a.a_result(student="=Ö\n<b>"), a.a_result(points=None, metrics=())))
    first, second = summary_rows(grading, Language.EN)
    assert first.cells[:5] == ("=Ö\n<b>", "mnist-dense", "inconclusive", "9 / 10", "1.63 %")
    assert (second.points, second.measured) == ("- / 10", "")


def test_the_counts_add_up() -> None:
    results = (a.a_result(), a.a_result(verdict=Verdict.PASSED), a.a_result(verdict=Verdict.PASSED))
    told = counts_told(a.a_grading(submissions=results), Language.EN)
    assert told.startswith("Submissions: 3. Passed: 2; failed: 0; inconclusive: 1; not graded")


@pytest.mark.parametrize("word", ["passed", "failed", "inconclusive", "not_graded"])
def test_the_table_calls_a_verdict_as_the_pages_do(word: str) -> None:
    for language in Language:
        assert phrase(f"summary.{word}", language) == phrase(f"verdict.{word}", language).casefold()
