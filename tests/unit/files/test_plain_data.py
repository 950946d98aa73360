import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.files.plain_data import plain_of, read_plain
from grader.model.evidence import Fit
from grader.model.metric import MetricSummary, Rule
from grader.model.run import MemoryGuard, Run, RunStatus
from grader.orchestration.baseline import ReferenceRecord
from tests import builders as a

ROOT = Path(__file__).parents[3]
RECORDS = sorted((ROOT / "reference_solutions").glob("*/record.json"))
NUMBERS = st.floats(allow_nan=False)
RUNS = st.builds(
    Run, seconds=NUMBERS, cpu_seconds=NUMBERS, status=st.sampled_from(RunStatus), gpu=st.none() | st.text()
)
FITS = st.builds(
    Fit, seconds=NUMBERS, history=st.dictionaries(st.text(), st.lists(NUMBERS).map(tuple), max_size=3)
)
SUMMARIES = st.builds(
    MetricSummary,
    value=NUMBERS,
    values=st.lists(NUMBERS, min_size=1, max_size=5).map(tuple),
    sampling_low=st.none() | NUMBERS,
    rule=st.sampled_from(Rule),
)


@given(RUNS | FITS | SUMMARIES)
def test_what_is_kept_as_json_comes_back_the_same(value: Any) -> None:
    assert read_plain(type(value), json.loads(json.dumps(plain_of(value)))) == value


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.parent.name)
def test_the_shipped_records_are_written_as_they_were_read(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    record = read_plain(ReferenceRecord, json.loads(text))
    assert record.metrics
    written, kept = plain_of(record), json.loads(text)
    for fit, was in zip(written["fits"], kept["fits"], strict=True):
        if "only_shown" not in was:  # noted since the oldest of them were made
            assert fit.pop("only_shown") is False
    for summary, was in zip(written["metrics"], kept["metrics"], strict=True):
        if "wrong" not in was:  # and this
            assert summary.pop("wrong") is None
    assert json.dumps(written, indent=1, ensure_ascii=False) + "\n" == text


def test_every_shipped_assignment_with_data_has_its_record() -> None:
    specs = (ROOT / "assignments").glob("*/assignment.toml")
    measured = {spec.parent.name for spec in specs if "[data]" in spec.read_text(encoding="utf-8")}
    assert {path.parent.name for path in RECORDS} == measured
    assert len(measured) > 5


def test_a_summary_kept_before_there_were_rules_is_a_mean() -> None:
    kept = plain_of(a.a_summary(rule=Rule.BEST))
    del kept["rule"]
    assert read_plain(MetricSummary, kept).rule is Rule.MEAN


def test_what_a_later_grader_notes_besides_is_passed_over() -> None:
    run = a.a_run()
    assert read_plain(Run, plain_of(run) | {"mood": "good"}) == run


@pytest.mark.parametrize(
    "change", [{"status": "exploded"}, {"seconds": "soon"}, {"threads": None}, {"number": 1.5}]
)
def test_what_was_made_of_nothing_of_ours_is_an_error(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        read_plain(Run, plain_of(a.a_run(memory_guard=MemoryGuard.NONE)) | change)
