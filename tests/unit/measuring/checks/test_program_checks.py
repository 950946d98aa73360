"""What a program imports and draws: modules that are forbidden, figures with things in them."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.measuring.checks import figure, imports
from grader.model.check import CheckResult, Outcome
from grader.model.evidence import Drawing
from tests.unit.measuring.judging.judged import judged, only
from tests.unit.measuring.made import assignment, report, run_facts

SHARED: dict[str, Any] = {"id": "a", "points": Decimal(2), "required": False}
FOUR_BY_FIVE = Drawing(axes=20, images=20, colours={"#0000ff": 20, "#ff0000": 20})


def imported(*names: str, forbid: tuple[str, ...] = ("sklearn", "keras"), **said: Any) -> CheckResult:
    check = imports.Spec(**SHARED, kind="imports", forbid=forbid)
    return only(judged(assignment(check, sources=()), run_facts(said=report(imports=names, **said))))


def drawn(*drawings: Drawing, **asked: Any) -> CheckResult:
    check = figure.Spec(**SHARED, kind="figure", **asked)
    seen = report(figures=len(drawings), drawings=drawings)
    return only(judged(assignment(check, sources=()), run_facts(said=seen)))


def test_what_is_forbidden_is_told_once_by_its_outermost_name() -> None:
    result = imported("numpy", "sklearn.svm", "sklearn.svm._base", "keras")
    assert (result.outcome, result.points) == (Outcome.FAILED, Decimal(0))
    assert "forbids: sklearn.svm, keras." in result.message.en
    assert "proíbe: sklearn.svm, keras." in result.message.pt


def test_a_name_that_only_begins_alike_is_not_forbidden() -> None:
    assert imported("sklearnex", "keras_tuner", "numpy").outcome is Outcome.PASSED
    assert imported("sklearn.metrics", forbid=("sklearn.neural_network",)).outcome is Outcome.PASSED


def test_a_run_that_did_not_end_shows_nothing() -> None:
    assert imported("numpy", finished=False).outcome is Outcome.FAILED


@given(st.lists(st.sampled_from(["a", "a.b", "ab", "c.d.e"])), st.sampled_from(["a", "a.b", "c", "c.d"]))
def test_more_imports_never_help(names: list[str], forbidden: str) -> None:
    before, after = (imported(*n, forbid=(forbidden,)).points for n in (names, [*names, "a.b"]))
    assert after <= before


def test_one_figure_must_hold_all_that_is_asked_for() -> None:
    asked: dict[str, Any] = {"axes": 20, "images": 20, "colours": ("blue", "red")}
    assert drawn(FOUR_BY_FIVE, **asked).outcome is Outcome.PASSED
    halves = [Drawing(axes=20, images=0, colours={}), Drawing(axes=1, images=20, colours={"#0000ff": 20})]
    result = drawn(*halves, **asked)
    assert result.outcome is Outcome.FAILED
    assert "lacks: axes, 20 (it has 1); texts in red, 20 (it has 0)." in result.message.en
    assert "eixos, 20 (tem 1); textos em vermelho, 20 (tem 0)." in result.message.pt


def test_a_count_of_figures_alone_asks_nothing_of_what_is_in_them() -> None:
    assert drawn(Drawing(axes=1, images=0, colours={})).outcome is Outcome.PASSED
    assert drawn().message.key == "too-few-figures"


@pytest.mark.parametrize(
    ("code", "colour"),
    [
        *(("#0000ff", "blue"), ("#1f77b4", "blue"), ("#000080", "blue"), ("#4169e1", "blue")),
        *(("#ff0000", "red"), ("#d62728", "red"), ("#8b0000", "red"), ("#dc143c", "red")),
        *(("#008000", "green"), ("#2ca02c", "green"), ("#000000", "black"), ("#262626", "black")),
        *(("#ff7f0e", "orange"), ("#9467bd", "purple"), ("#800080", "purple")),
    ],
)
def test_colours_are_what_people_call_them(code: str, colour: figure.Colour) -> None:
    others = {"black", "blue", "green", "orange", "purple", "red"} - {colour}
    seen = Drawing(axes=1, images=0, colours={code: 1})
    assert drawn(seen, colours=(colour,)).outcome is Outcome.PASSED
    assert all(drawn(seen, colours=(other,)).outcome is Outcome.FAILED for other in others)
