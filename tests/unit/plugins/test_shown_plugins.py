"""The plugins that docs/how-to/write-a-plugin.md shows hold: loaded by the registry, and used."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.measuring.judging.judge import gather, judge
from grader.model.check import Outcome
from grader.model.message import Language
from grader.plugins.registry import CHECKS, EXPORTERS, METRICS, Kind
from tests import builders as a
from tests.house.shown_plugins import enter
from tests.unit.measuring.made import KINDS, assignment, run, run_facts

PAGE = "docs/how-to/write-a-plugin.md"


@pytest.fixture
def entered(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    title, kind = request.param
    assert isinstance(kind, Kind)
    return enter(title, kind, tmp_path, monkeypatch, page=PAGE)


@pytest.mark.parametrize("entered", [("A metric", METRICS)], indirect=True)
def test_the_metric_counts_a_rare_class_as_much_as_a_common_one(entered: Any) -> None:
    truth = np.array([0, 0, 0, 0, 1, 1])
    assert entered(np.array([0, 0, 0, 0, 1, 0]), truth) == 0.25


@pytest.mark.parametrize("entered", [("A kind of check", CHECKS)], indirect=True)
def test_the_check_holds_the_slowest_run_against_its_limit(entered: Any) -> None:
    spec = entered.table(id="time", kind=entered.name, points=Decimal(2), seconds=10.0)
    for slowest, outcome in ((9.5, Outcome.PASSED), (10.5, Outcome.FAILED)):
        runs = [run_facts(ended=run(cpu_seconds=seconds)) for seconds in (3.0, slowest)]
        facts = gather(assignment(spec), runs, metrics={}, kinds={**KINDS, entered.name: entered})
        (result,) = judge(facts).checks
        assert result.outcome is outcome
        assert f"{slowest:.1f}" in result.message.told_in(Language.EN)


@pytest.mark.parametrize("entered", [("An exporter", EXPORTERS)], indirect=True)
def test_the_exporter_leaves_the_cell_of_what_has_no_points_empty(entered: Any) -> None:
    graded, lost = a.a_result(), a.a_result(student="bob", points=None)
    content = entered(a.a_grading(submissions=(graded, lost)), Language.EN).decode()
    assert content == f"ana\tmnist-dense\t{graded.points}\nbob\tmnist-dense\t\n"
