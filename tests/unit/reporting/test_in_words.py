import re
from decimal import Decimal
from importlib import resources
from pathlib import Path

import pytest

from grader.measuring.evidence.predictions import _WHY
from grader.measuring.judging.statistics import summarise
from grader.measuring.metrics import Accuracy, ErrorRate, Rmse
from grader.model.evidence import Place, Source, SourceReport, SourceState
from grader.model.metric import Direction, Measurement, Threshold
from grader.plugins.interfaces import Metric
from grader.reporting import in_words

DYNAMIC = (
    "counted.", "verdict.", "outcome.", "status.", "reason.", "source.", "why.", "ledger.", "page.taken.",
    "page.source.", "page.rows.", "page.errors.",
    "page.severity.", "page.audit.", "page.record.", "page.threshold.", "page.training.",
)  # fmt: skip
"""Keys that are put together from a state's name; the rest must be written out somewhere."""


class TopThree(Accuracy):
    """Somebody else's share of right rows."""

    name = "top_3"


def _keys() -> list[str]:
    text = (resources.files("grader.words") / "pages.toml").read_text(encoding="utf-8")
    return re.findall(r'^\["([^"]+)"\]', text, flags=re.MULTILINE)


def test_no_sentence_of_the_pages_is_left_unused() -> None:
    package = Path(str(resources.files("grader")))
    files = [*package.rglob("*.py"), *package.rglob("*.html")]
    source = "\n".join(file.read_text(encoding="utf-8") for file in files)
    unused = [key for key in _keys() if key not in source and not key.startswith(DYNAMIC)]
    assert unused == []


@pytest.mark.parametrize(
    "kind",
    ["pip", "shell", "download", "unzip", "input", "show", "drive", "magic", "load_data", "thread_pin"],
)
def test_every_kind_of_ledger_entry_the_harness_writes_has_its_sentence(kind: str) -> None:
    assert in_words.known(f"ledger.{kind}")


@pytest.mark.parametrize("why", [*_WHY, "other_inputs", "refused"])
def test_every_reason_the_harness_gives_has_its_sentence(why: str) -> None:
    assert in_words.known(f"why.{why}")


@pytest.mark.parametrize(
    ("place", "english"),
    [
        (Place(), ""),
        (Place(cell=7), "cell 7"),
        (Place(line=12), "line 12"),
        (Place(cell=7, line=12), "cell 7, line 12"),
    ],
)
def test_a_place_is_told_as_far_as_it_is_known(place: Place, english: str) -> None:
    assert in_words.place_told(place).en == english


def test_a_source_that_worked_but_came_later_is_not_called_taken() -> None:
    report = SourceReport(source=Source.MODEL, state=SourceState.OK)
    assert in_words.source_told(report, Source.MODEL).en == "taken"
    assert in_words.source_told(report, Source.PREDICT).en == "worked, but another came first"


def test_what_was_not_seen_of_a_program_that_stopped_is_not_told_to_be_missing() -> None:
    absent = SourceReport(source=Source.PREDICTIONS, state=SourceState.ABSENT)
    assert in_words.source_told(absent, None).en == "not in the program"
    assert (
        in_words.source_told(absent, None, stopped=True).en == "not seen: the program stopped before its end"
    )
    why = SourceReport(source=Source.PREDICT, state=SourceState.PASSED_OVER, why="raised")
    assert in_words.source_told(why, None, stopped=True).en == "passed over: the call ended in an error"


@pytest.mark.parametrize(
    ("metric", "value", "n", "english"),
    [
        (ErrorRate(), 0.0, 686, "= 0 errors in 686 rows"),
        (ErrorRate(), 1 / 686, 686, "= 1 error in 686 rows"),
        (Accuracy(), 0.99, 10_000, "= 100 errors in 10,000 rows"),
        (Rmse(), 0.512, 4128, "over 4,128 rows"),
        (TopThree(), 0.98, 10_000, "= 200 errors in 10,000 rows"),
    ],
)
def test_a_share_of_rows_is_told_as_a_count_and_other_metrics_are_not(
    metric: Metric, value: float, n: int, english: str
) -> None:
    summary = summarise(metric, [Measurement(metric=metric.name, value=value, n=n)])
    assert in_words.rows_told(summary).en == english
    assert in_words.is_share(summary) is metric.counts_rows


def test_a_mean_of_runs_is_not_told_as_a_count_of_whole_rows() -> None:
    both = [Measurement(metric="error_rate", value=value, n=686) for value in (0.0, 0.003)]
    summary = summarise(ErrorRate(), both)
    assert in_words.rows_told(summary).en == "mean of 2 runs: 1 error in 686 rows"


def test_numbers_follow_the_language() -> None:
    value = in_words.value_told(0.0161, share=True)
    assert (value.pt, value.en) == ("1,61 %", "1.61 %")
    points = in_words.number_told(Decimal("8.5"))
    assert (points.pt, points.en) == ("8,5", "8.5")
    bar = in_words.threshold_told(Threshold(value=0.8, direction=Direction.HIGHER_IS_BETTER), share=False)
    assert (bar.pt, bar.en) == ("mais de 0,8", "above 0.8")


@pytest.mark.parametrize(
    ("size", "english"), [(0, "0 MiB"), (731_906_048, "698 MiB"), (3 * 1024**3, "3 GiB")]
)
def test_memory_is_told_in_units_people_know(size: int, english: str) -> None:
    assert in_words.bytes_told(size).en == english


def test_a_number_that_is_none_is_told_as_such() -> None:
    assert in_words.value_told(float("nan"), share=True).en == "no number"
