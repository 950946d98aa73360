"""What a program's own randomness costs it: nothing, unless points hang on it or its answers change place."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from grader.measuring.evidence.predictions import Chosen
from grader.model.evidence import Source
from grader.model.result import AuditOutcome, AuditResult
from grader.model.run import Purpose, RunStatus
from grader.orchestration.audit import audit, differs_in_source, points_hang
from grader.orchestration.read_run import RunRead
from grader.storage.run_store import StoredRun
from tests.unit.measuring.made import counted, run, run_facts

ROWS = 898
LABELS = np.arange(ROWS) % 10


def delivered(
    wrong: int,
    *,
    seed: int = 0,
    source: Source = Source.PREDICTIONS,
    status: RunStatus = RunStatus.OK,
) -> RunRead:
    """A run that got so many rows wrong, which ones by ``seed``."""
    answers = LABELS.copy()
    places = np.random.default_rng(seed).permutation(ROWS)[:wrong]
    answers[places] = (answers[places] + 1) % 10
    facts = run_facts(counted("error_rate", wrong, ROWS), ended=run(status))
    return RunRead(
        stored=StoredRun(folder=Path("nowhere"), run=facts.run, refused=(), extra={}),
        facts=replace(facts, delivered=Chosen(source=source, raw=answers, decoded=answers)),
        order=np.arange(ROWS),
        own=answers,
    )


def errors(one: RunRead) -> int:
    assert one.own is not None
    return int(np.count_nonzero(one.own - LABELS))


def worth(runs: Sequence[RunRead]) -> Decimal:
    """Six points up to 49 rows wrong on average, three up to 71."""
    mean = np.mean([errors(one) for one in runs])
    return Decimal(6 if mean < 49.5 else 3 if mean < 71.5 else 0)


def pair_of(first: RunRead, pair: RunRead, repeat: RunRead) -> AuditResult:
    made = {Purpose.PAIR: pair, Purpose.REPEAT: repeat}
    (found,) = audit(first, made, LABELS, worth=worth, graded=[first])
    return found


def test_chance_that_is_worth_no_points_leaves_a_pair_undecided() -> None:
    found = pair_of(delivered(30), delivered(38, seed=1), delivered(35, seed=2))
    assert (found.outcome, found.message.code) == (AuditOutcome.UNDECIDED, None)


def test_chance_on_which_points_hang_is_doubted_and_a_person_asked() -> None:
    for others in ((52, 47), (44, 55)):
        found = pair_of(delivered(44), delivered(others[0], seed=1), delivered(others[1], seed=2))
        assert (found.outcome, found.message.code) == (AuditOutcome.FOUND, "GR424")


def test_a_coin_whose_bad_side_is_passed_over_is_seen_by_where_its_answers_come_from() -> None:
    fallen_back = delivered(60, seed=1, source=Source.CAPTURED)
    for others in ((fallen_back, delivered(53)), (delivered(55, seed=3), fallen_back)):
        found = pair_of(delivered(53), *others)
        assert (found.outcome, found.message.code) == (AuditOutcome.FOUND, "GR425")


def test_a_run_that_was_cut_short_may_answer_from_another_place() -> None:
    cut = delivered(40, source=Source.CAPTURED, status=RunStatus.TIMEOUT)
    assert not differs_in_source([delivered(40), cut])
    assert differs_in_source([delivered(40), delivered(40, source=Source.CAPTURED)])


@given(st.lists(st.integers(min_value=0, max_value=ROWS), min_size=2, max_size=2))
def test_nothing_hangs_on_runs_that_are_worth_no_less(wrong: list[int]) -> None:
    first, *extra = (delivered(one, seed=n) for n, one in enumerate([60, *wrong]))
    made = dict(zip((Purpose.PAIR, Purpose.REPEAT), extra, strict=True))
    assert points_hang([first], made, worth) is any(worth([one]) < worth([first]) for one in extra)


def test_a_scale_that_moves_a_little_is_no_more_than_noise() -> None:
    made = {Purpose.PAIR: delivered(50, seed=1)}
    points = {44: Decimal("5.0"), 50: Decimal("4.6"), 70: Decimal("3.0")}

    def scaled(runs: Sequence[RunRead]) -> Decimal:
        return points[errors(runs[0])]

    assert not points_hang([delivered(44)], made, scaled)
    assert points_hang([delivered(44)], {Purpose.PAIR: delivered(70, seed=1)}, scaled)
