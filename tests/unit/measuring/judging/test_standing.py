import statistics
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grader.measuring.judging.standing import Spread, Standing, clear_by, seed_spread, standing
from grader.measuring.judging.statistics import sample_sd, summarise
from grader.model.metric import Baseline, Measurement, Rule, Threshold
from tests.unit.measuring.made import METRICS, above, baseline, below, counted


def stands(
    threshold: Threshold,
    wrong: list[int],
    n: int,
    *,
    metric: str = "error_rate",
    record: Baseline | None = None,
    runs_max: int = 5,
    rule: Rule = Rule.MEAN,
) -> Standing:
    summary = summarise(METRICS[metric], [counted(metric, w, n) for w in wrong], rule)
    return standing(threshold, summary, counts_rows=True, baseline=record, runs_max=runs_max)


MNIST = baseline("error_rate", 0.0118, sd=0.0010)


def test_a_value_far_from_its_bar_is_settled_in_one_run() -> None:
    assert stands(below(0.0161), [110], 10_000, record=MNIST) == Standing(
        met=True, settled=True, may_lose=False
    )
    assert stands(below(0.0161), [200], 10_000, record=MNIST) == Standing(
        met=False, settled=True, may_lose=False
    )


def test_the_notes_own_program_is_not_settled_in_five_runs() -> None:
    found = stands(below(0.0161), [156, 176, 179, 163, 141], 10_000, record=MNIST)
    assert not found.settled
    assert not found.may_lose  # there is no run left


def test_banknote_is_settled_by_two_runs_without_an_error_and_open_at_one() -> None:
    record = baseline("error_rate", 0.0008, sd=0.0004, n=686)
    assert not stands(below(0.002), [0], 686, record=record).settled
    assert stands(below(0.002), [0, 0], 686, record=record).settled
    assert not stands(below(0.002), [1], 686, record=record).settled
    assert not stands(below(0.002), [2], 686, record=record).settled
    assert stands(below(0.002), [4], 686, record=record).settled


def test_one_more_run_is_made_where_it_would_settle_that_the_bar_is_met() -> None:
    record = baseline("error_rate", 0.0008, sd=0.0004, n=686)
    first = stands(below(0.002), [0], 686, record=record)
    assert (first.may_lose, first.all_but_passed) == (False, True)
    one_error = stands(below(0.002), [1], 686, record=record)
    assert not one_error.all_but_passed  # two runs with one error each settle nothing
    assert stands(below(0.0161), [140], 10_000, record=MNIST).all_but_passed
    assert not stands(below(0.0161), [158], 10_000, record=MNIST).all_but_passed
    assert not stands(below(0.0161), [180], 10_000, record=MNIST).all_but_passed
    assert not stands(below(0.0161), [110], 10_000, record=MNIST).all_but_passed  # it has passed
    assert not stands(below(0.0161), [140], 10_000, record=MNIST, runs_max=1).all_but_passed


@given(
    st.lists(st.integers(0, 400), min_size=1, max_size=5),
    st.sampled_from([Rule.MEAN, Rule.MEDIAN]),
)
@example([137, 137], Rule.MEDIAN)
def test_who_is_all_but_passed_has_passed_after_one_more_run_like_the_others(
    wrong: list[int], rule: Rule
) -> None:
    found = stands(below(0.0161), wrong, 10_000, record=MNIST, rule=rule)
    if found.all_but_passed:
        like = statistics.median(wrong) if rule is Rule.MEDIAN else statistics.fmean(wrong)
        after = stands(below(0.0161), [*wrong, int(like)], 10_000, record=MNIST, rule=rule)
        assert found.met
        assert not found.settled
        assert len(wrong) < 5
        assert after == Standing(met=True, settled=True, may_lose=False)


def test_a_reference_that_scatters_little_does_not_settle_a_program_that_scatters_more() -> None:
    careful = baseline("error_rate", 0.0095, sd=0.00035)
    assert not stands(below(0.0161), [176], 10_000, record=careful).settled
    assert not stands(below(0.0161), [176, 140, 190], 10_000, record=careful).settled


def test_a_bar_that_allows_no_error_is_decided_by_unanimity() -> None:
    assert stands(above(0.9), [0], 3, metric="accuracy").settled
    assert not stands(above(0.9), [1], 3, metric="accuracy").settled
    assert stands(above(0.9), [1], 3, metric="accuracy", runs_max=1).settled
    assert stands(above(0.9), [1, 1, 2], 3, metric="accuracy").settled
    mixed = stands(above(0.9), [0, 1, 0, 0, 0], 3, metric="accuracy")
    assert not mixed.settled
    assert not mixed.may_lose


def test_without_a_record_the_rows_standard_error_stands_in_until_three_runs() -> None:
    one = summarise(METRICS["error_rate"], [counted("error_rate", 900, 10_000)])
    assert seed_spread(one, None, bar=0.0161) == pytest.approx(0.00126, abs=1e-5)
    three = summarise(METRICS["error_rate"], [counted("error_rate", w, 10_000) for w in (150, 160, 170)])
    assert seed_spread(three, None, bar=0.0161) == pytest.approx(0.0010)


def test_the_spread_is_never_below_half_an_error() -> None:
    same = summarise(METRICS["error_rate"], [counted("error_rate", 2, 686)] * 3)
    assert seed_spread(same, None, bar=1e-6) == pytest.approx(0.5 / 686)


def rmse(*values: float, runs_max: int = 5, record: Baseline | None = None) -> Standing:
    summary = summarise(METRICS["rmse"], [Measurement(metric="rmse", value=v, n=100) for v in values])
    return standing(below(0.61), summary, counts_rows=False, baseline=record, runs_max=runs_max)


def test_a_number_with_no_known_spread_is_decided_by_three_runs_alike() -> None:
    assert rmse(0.6) == Standing(met=True, settled=False, may_lose=True)
    assert rmse(0.6, 0.3, 0.5) == Standing(met=True, settled=True, may_lose=False)
    assert rmse(0.7, 0.8, 0.62) == Standing(met=False, settled=True, may_lose=False)
    assert not rmse(0.6, 0.7, 0.5).settled
    assert rmse(0.6, runs_max=1).settled


def test_a_number_with_a_record_is_decided_by_its_spread() -> None:
    record = baseline("rmse", 0.5, sd=0.01, n=100)
    assert rmse(0.55, record=record).settled
    assert not rmse(0.6, record=record).settled


def test_a_number_of_a_program_that_scatters_twice_as_much_as_the_reference_is_hardly_ever_misjudged() -> (
    None
):
    record = baseline("rmse", 0.5, sd=0.01, n=100)
    chance = np.random.default_rng(4)
    failed = 0
    for _ in range(400):
        values: list[float] = []
        while True:
            values.append(chance.normal(0.6099, 0.02))
            found = rmse(*values, record=record)
            if found.settled or not found.may_lose:
                break
        failed += found.settled and not found.met
    assert failed <= 8, "at the bar itself: 2 %"


def as_ordered(found: Standing) -> int:
    """Return 0 for failed, 1 for undecided, 2 for passed."""
    return (2 if found.met else 0) if found.settled else 1


RUNS = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 8000)), min_size=1, max_size=5)


@pytest.mark.parametrize("rule", list(Rule))
@given(RUNS, st.sampled_from([None, MNIST]))
def test_more_errors_in_any_run_never_help(
    rule: Rule, runs: list[tuple[int, int]], record: Baseline | None
) -> None:
    fewer = [few for few, _ in runs]
    more = [few + extra for few, extra in runs]
    good = stands(below(0.0161), fewer, 10_000, record=record, rule=rule)
    bad = stands(below(0.0161), more, 10_000, record=record, rule=rule)
    assert as_ordered(bad) <= as_ordered(good)
    assert good.met or not bad.met


@pytest.mark.parametrize("rule", list(Rule))
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 30)), min_size=1, max_size=5))
def test_more_errors_among_few_never_help_either(rule: Rule, runs: list[tuple[int, int]]) -> None:
    for bar, n in ((below(0.002), 686), (below(0.01), 909), (below(0.3), 3)):
        fewer = [min(few, n) for few, _ in runs]
        more = [min(few + extra, n) for few, extra in runs]
        good = stands(bar, fewer, n, record=None, rule=rule)
        bad = stands(bar, more, n, record=None, rule=rule)
        assert as_ordered(bad) <= as_ordered(good)


def test_a_program_that_is_nonsense_now_and_then_is_not_kept_undecided_by_its_own_scatter() -> None:
    assert as_ordered(stands(below(0.0161), [190, 5000, 190, 5000, 190], 10_000, record=MNIST)) == 0
    assert as_ordered(stands(below(0.0161), [150, 5000, 150, 5000, 150], 10_000, record=MNIST)) == 0


SPREADS = st.builds(Spread, floor=st.floats(0.01, 2), cap=st.floats(2, 50))
GAPS = st.lists(st.floats(-20, 20), min_size=1, max_size=6)


@given(GAPS, st.floats(0.1, 4), SPREADS, st.integers(0, 5), st.floats(0, 30))
def test_a_run_further_away_is_never_less_clear(
    gaps: list[float], weight: float, spread: Spread, which: int, further: float
) -> None:
    moved = [gap + further * (number == which % len(gaps)) for number, gap in enumerate(gaps)]
    assert clear_by(moved, weight, spread) >= clear_by(gaps, weight, spread) - 1e-9


@given(GAPS, st.floats(0.1, 4), SPREADS)
def test_clear_by_is_the_best_that_nearer_runs_can_show(
    gaps: list[float], weight: float, spread: Spread
) -> None:
    """The same by brute force: far runs drawn in to every ceiling of a fine grid."""
    counted_own = len(gaps) >= 3

    def shown(ceiling: float) -> float:
        near = [min(gap, ceiling) for gap in gaps]
        own = sample_sd(near) if counted_own else 0.0
        return float(np.mean(near)) - weight * min(max(own, spread.floor), spread.cap)

    brute = max(shown(c) for c in np.linspace(min(gaps), max(gaps), 400))
    found = clear_by(gaps, weight, spread)
    assert found >= brute - 1e-9
    assert found <= brute + (max(gaps) - min(gaps)) / 400 * (1 + weight) + 1e-9


def test_the_best_run_decides_as_soon_as_it_meets_the_bar() -> None:
    best: dict[str, Any] = {"record": MNIST, "rule": Rule.BEST}
    assert stands(below(0.0161), [160], 10_000, **best) == Standing(met=True, settled=True, may_lose=False)
    assert stands(below(0.0161), [170], 10_000, **best) == Standing(met=False, settled=False, may_lose=True)
    assert stands(below(0.0161), [170, 159], 10_000, **best).met
    assert as_ordered(stands(below(0.0161), [250], 10_000, **best)) == 0
    assert as_ordered(stands(below(0.0161), [170] * 5, 10_000, **best)) == 0


def test_each_run_must_meet_the_bar() -> None:
    each: dict[str, Any] = {"record": MNIST, "rule": Rule.EACH}
    assert as_ordered(stands(below(0.0161), [161], 10_000, **each)) == 0
    assert stands(below(0.0161), [150], 10_000, **each) == Standing(met=True, settled=False, may_lose=True)
    assert as_ordered(stands(below(0.0161), [90], 10_000, **each)) == 2
    assert as_ordered(stands(below(0.0161), [150] * 5, 10_000, **each)) == 2
    assert as_ordered(stands(below(0.0161), [150] * 4 + [161], 10_000, **each)) == 0


def test_a_median_is_not_moved_by_one_wild_run() -> None:
    median: dict[str, Any] = {"record": MNIST, "rule": Rule.MEDIAN}
    assert as_ordered(stands(below(0.0161), [120, 9000, 121, 119, 122], 10_000, **median)) == 2
    assert as_ordered(stands(below(0.0161), [156, 176, 179, 163, 141], 10_000, **median)) == 1
    assert as_ordered(stands(below(0.0161), [200, 0, 201, 199, 202], 10_000, **median)) == 0


@pytest.mark.parametrize("rule", list(Rule))
@given(st.lists(st.integers(0, 400), min_size=1, max_size=5))
def test_a_settled_verdict_asks_for_no_further_run(rule: Rule, wrong: list[int]) -> None:
    found = stands(below(0.0161), wrong, 10_000, record=MNIST, rule=rule)
    assert not (found.settled and found.may_lose)


@pytest.mark.parametrize("rule", [Rule.MEAN, Rule.MEDIAN])
@given(st.lists(st.integers(0, 400), min_size=1, max_size=4))
def test_a_further_run_like_those_made_never_moves_a_settled_verdict(rule: Rule, wrong: list[int]) -> None:
    found = stands(below(0.0161), wrong, 10_000, record=MNIST, rule=rule)
    alike = statistics.median(wrong) if rule is Rule.MEDIAN else statistics.mean(wrong)
    again = stands(below(0.0161), [*wrong, round(alike)], 10_000, record=MNIST, rule=rule)
    # The third run of all makes the program's own spread known: it alone can bring new noise to light.
    if found.settled and not (rule is Rule.MEAN and len(wrong) == 2):
        assert as_ordered(again) == as_ordered(found)


@given(st.lists(st.integers(0, 400), min_size=1, max_size=4), st.integers(0, 10_000))
def test_no_further_run_moves_what_one_run_has_decided(wrong: list[int], further: int) -> None:
    if min(wrong) <= 160:
        assert as_ordered(stands(below(0.0161), [*wrong, further], 10_000, rule=Rule.BEST)) == 2
    if max(wrong) > 160:
        assert as_ordered(stands(below(0.0161), [*wrong, further], 10_000, rule=Rule.EACH)) == 0


def test_good_programs_stop_early_and_errors_of_decision_are_rare() -> None:
    """Simulated: runs are normal around the program's own mean, as the rule assumes."""
    chance = np.random.default_rng(20)
    wrong_decisions, runs_of_good = 0, []
    for mean in (0.0150, 0.0176):
        for _ in range(150):
            values: list[int] = []
            while True:
                values.append(round(chance.normal(mean, 0.0010) * 10_000))
                found = stands(below(0.0161), values, 10_000, record=MNIST)
                if found.settled or not found.may_lose:
                    break
            if found.settled:
                wrong_decisions += found.met != (mean < 0.0161)
            if mean < 0.0161:
                runs_of_good.append(len(values))
    assert wrong_decisions <= 5
    assert np.mean(runs_of_good) < 2.2
