"""The first changes of CONTRIBUTING.md are whole: read out of the page, loaded by the registry, used."""

import re
import tomllib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.coursefiles.load_course import load_course
from grader.measuring.judging.judge import gather, judge
from grader.model.check import Outcome
from grader.model.errors import CourseError
from grader.model.evidence import Fit
from grader.model.message import Language
from grader.plugins.registry import CHECKS, METRICS
from grader.words import catalogue
from tests.house.shown_plugins import enter, place_named, shown
from tests.unit.coursefiles.written import KNOWN, VALID, a_course, told
from tests.unit.measuring.made import KINDS, assignment, report, run_facts


@pytest.mark.parametrize("title", ["A metric", "A kind of check", "A sandbox"])
def test_a_first_change_is_ten_lines_or_about_and_says_where_they_go(title: str) -> None:
    (written,), entry = shown(title, "python"), shown(title, "toml")[0]
    assert place_named(title).removesuffix(".py").replace("/", ".") in entry
    code = re.sub(r'^ *""".*?"""$|^(?:from|import) .*$', "", written, flags=re.MULTILINE)
    assert len([line for line in code.splitlines() if line.strip()]) <= 12


def test_the_metric_of_the_page_measures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    metric = enter("A metric", METRICS, tmp_path, monkeypatch)
    truth = np.array([0, 0, 0, 0, 1, 1])
    assert metric(np.array([0, 0, 0, 0, 1, 0]), truth) == 0.5
    assert metric(truth, truth) == 0.0


@pytest.fixture
def long_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The kind of check of the page, with its words in the catalogue."""
    for key, entry in tomllib.loads(shown("A kind of check", "toml")[1]).items():
        monkeypatch.setitem(catalogue._entries(), key, entry)  # noqa: SLF001 - as if its file held it
    return enter("A kind of check", CHECKS, tmp_path, monkeypatch)


def _written(folder: Path, line: str) -> Path:
    return a_course(folder / "course", VALID.replace('kind = "runs"', f'kind = "long_fit"\n{line}'))


def test_the_check_of_the_page_is_asked_for_and_answers(long_fit: Any, tmp_path: Path) -> None:
    known = replace(KNOWN, kinds={**KNOWN.kinds, "long_fit": long_fit})
    (loaded,) = load_course(_written(tmp_path, "at_least = 5"), known).assignments
    for trained, outcome, points in ((4, Outcome.FAILED, "0"), (5, Outcome.PASSED, "2.5")):
        fit = Fit(epochs=trained, seconds=1.0, history={}, on_test_rows=False)
        ran = run_facts(said=report(fits=(fit,)))
        facts = gather(assignment(loaded.checks[1]), [ran], metrics={}, kinds={**KINDS, "long_fit": long_fit})
        (result,) = judge(facts).checks
        assert (result.outcome, result.points) == (outcome, Decimal(points))
        for language in Language:
            assert f" {trained};" in result.message.told_in(language)


def test_an_unknown_key_of_the_check_of_the_page_is_one_mistake(long_fit: Any, tmp_path: Path) -> None:
    known = replace(KNOWN, kinds={**KNOWN.kinds, "long_fit": long_fit})
    with pytest.raises(CourseError) as mistakes:
        load_course(_written(tmp_path, "at_least = 5\nat_last = 5"), known)
    (mistake,) = told(mistakes.value)
    assert "at_last" in mistake
    assert "at_least" in mistake
