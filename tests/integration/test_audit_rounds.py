"""The extra runs of audits: who gets them, what they find, what they cost; they take nothing away."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from grader.datasets.prepare import Prepared, truth
from grader.model.assignment import AuditSpec
from grader.model.errors import SandboxError
from grader.model.message import Text
from grader.model.result import AuditOutcome, SubmissionResult, Verdict
from grader.model.run import RunStatus, SandboxCommand, SandboxOutcome
from grader.model.submission import Severity
from grader.running.staging.workspace import TOLD
from tests.fakes import FakeSandbox, Files, npy, secret_order, served_folder
from tests.integration.played_class import REPORT, Class, Digits

Predict = Callable[[SandboxCommand, Prepared], NDArray[Any]]


@pytest.fixture
def classroom(tmp_path: Path, digits: Digits) -> Class:
    course, assignment, _ = digits
    return Class(tmp_path, course, replace(assignment, audits=AuditSpec()))


def program(predict: Predict, prepared: Prepared) -> FakeSandbox:
    """A sandbox whose program answers, in served order, what ``predict`` says of the served copy."""

    def run(command: SandboxCommand) -> Files:
        return {"predictions.npy": npy(predict(command, prepared)), "report.json": REPORT}

    return FakeSandbox(run)


def served(command: SandboxCommand, name: str) -> NDArray[Any]:
    array: NDArray[Any] = np.load(served_folder(command) / f"{name}.npy")
    return array


def is_placebo(command: SandboxCommand) -> bool:
    return told(command)[0] > 0


def told(command: SandboxCommand) -> tuple[int, int]:
    """What no program is told: the most whole epochs, and whether targets are to be wrong."""
    epochs, wrong = TOLD.unpack(command.told)
    return epochs, wrong


def in_order(labels: NDArray[Any], command: SandboxCommand) -> NDArray[Any]:
    """Return ``labels``, in the dataset's own order, as the rows were served."""
    answers: NDArray[Any] = labels[secret_order(command)]
    return answers


def honest(command: SandboxCommand, prepared: Prepared) -> NDArray[Any]:
    """Twenty rows wrong, the same for the same training set; with wrong training labels, all wrong."""
    labels = truth(prepared)
    fixed = np.random.default_rng(int(served(command, "x_train")[:2].sum()))
    wrong = slice(None) if is_placebo(command) else fixed.permutation(len(labels))[:20]
    labels[wrong] = (labels[wrong] + 1) % 10
    return in_order(labels, command)


def embedded(command: SandboxCommand, prepared: Prepared, wrong: int = 20) -> NDArray[Any]:
    """Twenty rows wrong, whatever it is shown."""
    labels = truth(prepared)
    labels[:wrong] = (labels[:wrong] + 1) % 10
    return in_order(labels, command)


def denoised(command: SandboxCommand, prepared: Prepared) -> NDArray[Any]:
    """A weak program that takes a served label wherever that label is not far from its own answer."""
    labels = honest(command, prepared)
    shown = served(command, "y_test")
    near = (shown - labels) % 10 <= 1
    return np.where(near, shown, labels)


def random(command: SandboxCommand, prepared: Prepared) -> NDArray[Any]:
    """Thirty rows wrong, others in every run."""
    labels = truth(prepared)
    wrong = np.random.default_rng().permutation(len(labels))[:30]
    labels[wrong] = (labels[wrong] + 1) % 10
    return in_order(labels if not is_placebo(command) else (labels + 1) % 10, command)


def graded(classroom: Class, sandbox: FakeSandbox) -> SubmissionResult:
    classroom.hand_in("ana")
    return classroom.grade(sandbox)["ana"]


def outcomes(result: SubmissionResult) -> dict[str, AuditOutcome]:
    return {one.audit: one.outcome for one in result.audits}


def test_an_honest_program_is_cleared_by_three_extra_runs(classroom: Class, digits: Digits) -> None:
    sandbox = program(honest, digits[2])
    result = graded(classroom, sandbox)
    assert outcomes(result) == dict.fromkeys(("pair", "placebo", "fresh"), AuditOutcome.CLEAR)
    assert (result.verdict, len(sandbox.calls), len(result.runs)) == (Verdict.PASSED, 4, 1)
    assert [one.cpu_seconds for one in result.audits] == [1.0, 1.0, 1.0]


def test_a_fit_without_a_recipe_keeps_nobody_from_fresh_rows(classroom: Class, digits: Digits) -> None:
    report = json.dumps({**json.loads(REPORT), "fits": TRAINED}).encode()

    def run(command: SandboxCommand) -> Files:
        return {"predictions.npy": npy(honest(command, digits[2])), "report.json": report}

    assert set(outcomes(graded(classroom, FakeSandbox(run)))) == {"pair", "placebo", "fresh"}


def test_a_table_that_is_off_in_the_placebo_is_found_by_fresh_rows(classroom: Class, digits: Digits) -> None:
    prepared = digits[2]
    known = {row.tobytes() for row in np.asarray(prepared.x_graded)}

    def table(command: SandboxCommand, _: Prepared) -> NDArray[Any]:
        """Right about known rows where the training labels are sane; else an honest 2 %."""
        published = all(row.tobytes() in known for row in served(command, "x_test")[:20])
        return (
            honest(command, prepared)
            if is_placebo(command) or not published
            else embedded(command, prepared, wrong=0)
        )

    result = graded(classroom, program(table, prepared))
    assert outcomes(result)["placebo"] is AuditOutcome.CLEAR
    assert outcomes(result)["fresh"] is AuditOutcome.FOUND
    codes = {finding.code for finding in result.findings}
    assert {"GR423", "GR403"} <= codes, "it learns, too, and that excuses nothing"
    assert result.verdict is Verdict.INCONCLUSIVE


def test_the_pair_sees_the_same_rows_with_wrong_labels_and_the_same_seed(
    classroom: Class, digits: Digits
) -> None:
    seen = []

    def watching(command: SandboxCommand, prepared: Prepared) -> NDArray[Any]:
        seen.append((served(command, "x_test"), served(command, "y_test"), command.environment))
        return honest(command, prepared)

    graded(classroom, program(watching, digits[2]))
    (first_x, first_y, environment), (pair_x, pair_y, again) = seen[0], seen[1]
    assert np.array_equal(first_x, pair_x)
    assert (first_y != pair_y).mean() > 0.7, "every label is wrong, some as they were before"
    assert environment == again


def test_a_denoised_copy_is_found_by_the_pair_after_a_repeat(classroom: Class, digits: Digits) -> None:
    sandbox = program(denoised, digits[2])
    result = graded(classroom, sandbox)
    assert outcomes(result)["pair"] is AuditOutcome.FOUND
    finding = next(f for f in result.findings if f.code == "GR405")
    assert finding.p_value is None, "a repeat with the same labels was identical: nothing is left to chance"
    assert result.verdict is Verdict.INCONCLUSIVE
    assert len(sandbox.calls) == 5 + (len(result.runs) - 1)


def test_embedded_answers_are_found_by_the_placebo(classroom: Class, digits: Digits) -> None:
    result = graded(classroom, program(embedded, digits[2]))
    assert outcomes(result) == {
        "pair": AuditOutcome.CLEAR,
        "placebo": AuditOutcome.FOUND,
        "fresh": AuditOutcome.CLEAR,
    }
    finding = next(f for f in result.findings if f.code == "GR406")
    assert finding.p_value is not None
    assert finding.p_value < 1e-9
    assert result.verdict is Verdict.INCONCLUSIVE


def test_a_program_that_is_random_in_itself_is_not_accused(classroom: Class, digits: Digits) -> None:
    result = graded(classroom, program(random, digits[2]))
    assert outcomes(result)["pair"] is AuditOutcome.UNDECIDED
    assert outcomes(result)["placebo"] is AuditOutcome.CLEAR
    assert result.findings == (), "no fit was seen, but it was shown to learn"


def test_who_fails_is_not_audited(classroom: Class, digits: Digits) -> None:
    def weak(command: SandboxCommand, prepared: Prepared) -> NDArray[Any]:
        labels = truth(prepared)
        labels[:400] = (labels[:400] + 1) % 10
        return in_order(labels, command)

    sandbox = program(weak, digits[2])
    assert graded(classroom, sandbox).audits == ()
    assert len(sandbox.calls) == 1


def test_switched_off_audits_make_no_run(classroom: Class, digits: Digits) -> None:
    classroom.assignment = replace(classroom.assignment, audits=AuditSpec(pair=False, placebo=False))
    sandbox = program(embedded, digits[2])
    assert graded(classroom, sandbox).audits == ()
    assert len(sandbox.calls) == 1


def test_extra_runs_are_kept_like_any_other(classroom: Class, digits: Digits) -> None:
    sandbox = program(denoised, digits[2])
    first = graded(classroom, sandbox)
    made = len(sandbox.calls)
    again = graded(classroom, sandbox)
    assert len(sandbox.calls) == made
    assert again.audits == first.audits


class FailsFrom(FakeSandbox):
    """Works for the first calls, then fails as a full disk would."""

    works = 1

    def run(self, command: SandboxCommand) -> SandboxOutcome:
        """Fail when it is time."""
        if len(self.calls) >= self.works:
            raise SandboxError(Text("o disco está cheio", "the disk is full"))
        return super().run(command)


def test_an_audit_that_could_not_be_made_takes_nothing_away(classroom: Class, digits: Digits) -> None:
    prepared = digits[2]
    result = graded(classroom, FailsFrom(program(honest, prepared).program))
    assert set(outcomes(result).values()) == {AuditOutcome.UNDECIDED}
    assert all("the disk is full" in one.message.en for one in result.audits)
    assert (result.verdict, result.points) == (Verdict.PASSED, Decimal(7))


class LeavesIn(FakeSandbox):
    """Answers in every run but those at ``places``, counted from 0, which end as ``ending`` says."""

    places: tuple[int, ...] = ()
    ending: tuple[RunStatus, float] = (RunStatus.OK, 1.0)

    def run(self, command: SandboxCommand) -> SandboxOutcome:
        """Leave nothing where it is to leave."""
        outcome = super().run(command)
        if len(self.calls) - 1 not in self.places:
            return outcome
        (command.into / "predictions.npy").unlink()
        status, seconds = self.ending
        return replace(outcome, status=status, seconds=seconds, collected=("report.json",))


def leaves_in(sandbox: FakeSandbox, *places: int, ending: tuple[RunStatus, float]) -> LeavesIn:
    leaving = LeavesIn(sandbox.program)
    leaving.places, leaving.ending = places, ending
    return leaving


@pytest.mark.parametrize("place", [1, 2, 3], ids=["pair", "placebo", "fresh"])
@pytest.mark.parametrize("status", [RunStatus.OK, RunStatus.ERROR, RunStatus.CRASH, RunStatus.TIMEOUT])
def test_who_leaves_the_run_of_an_audit_is_doubted_like_who_is_found_by_it(
    classroom: Class, digits: Digits, place: int, status: RunStatus
) -> None:
    result = graded(classroom, leaves_in(program(honest, digits[2]), place, ending=(status, 1.0)))
    audit = ("pair", "placebo", "fresh")[place - 1]
    assert outcomes(result)[audit] is AuditOutcome.FOUND
    finding = next(f for f in result.findings if f.code == "GR420")
    assert finding.severity is Severity.REVIEW
    assert "honest reason" in finding.message.en
    assert (result.verdict, result.points) == (Verdict.INCONCLUSIVE, classroom.assignment.points)


def test_who_leaves_the_repeat_of_a_pair_is_doubted_too(classroom: Class, digits: Digits) -> None:
    sandbox = leaves_in(program(denoised, digits[2]), 4, ending=(RunStatus.OK, 1.0))
    classroom.hand_in("ana")
    found = {finding.code for finding in classroom.grade(sandbox, runs=1)["ana"].findings}
    assert "GR420" in found
    assert "GR405" not in found


def test_a_limit_that_the_graded_run_nearly_met_is_nobodys_doing(classroom: Class, digits: Digits) -> None:
    timed_out = leaves_in(program(honest, digits[2]), 1, ending=(RunStatus.TIMEOUT, 1.5))
    result = graded_within(1.5, classroom, timed_out)
    assert outcomes(result)["pair"] is AuditOutcome.UNDECIDED
    assert result.verdict is Verdict.PASSED


def graded_within(seconds: float, classroom: Class, sandbox: FakeSandbox) -> SubmissionResult:
    classroom.hand_in("ana")
    return classroom.grade(sandbox, timeout_seconds=seconds)["ana"]


coins: Iterator[int] = count()


def coin(command: SandboxCommand, prepared: Prepared) -> NDArray[Any]:
    """The best of its networks by the served labels, or noise: whichever a draw of its own says."""
    labels = truth(prepared)
    flipped = next(coins) % 2 == 1
    wrong = np.random.default_rng(3).permutation(len(labels))[: 800 if flipped else 10]
    labels[wrong] = (labels[wrong] + 1) % 10
    return in_order((labels + is_placebo(command)) % 10, command)


def test_a_coin_is_seen_by_its_own_bad_side(classroom: Class, digits: Digits) -> None:
    global coins  # noqa: PLW0603 - the coin of the program above
    coins = iter([0, 1, 0, 0, 1])  # graded, pair, placebo, fresh, repeat
    classroom.hand_in("ana")
    result = classroom.grade(program(coin, digits[2]), runs=1)["ana"]
    assert outcomes(result)["pair"] is AuditOutcome.FOUND
    assert "GR421" in {finding.code for finding in result.findings}


def failing_first(prepared: Prepared, *, fits: list[dict[str, Any]], delivers: Predict | None) -> FakeSandbox:
    """A sandbox whose first run leaves nothing; the others answer what ``delivers`` says."""
    runs = iter(range(100))
    report = json.dumps({**json.loads(REPORT), "fits": fits}).encode()

    def run(command: SandboxCommand) -> Files:
        if next(runs) == 0 or delivers is None:
            return {"report.json": report}
        return {"predictions.npy": npy(delivers(command, prepared)), "report.json": report}

    return FakeSandbox(run)


TRAINED = [{"epochs": 3, "seconds": 1.0, "history": {"loss": [3.0, 2.0, 1.0]}}]


def test_who_trains_and_delivers_nothing_may_have_had_an_unlucky_seed_and_is_run_once_more(
    classroom: Class, digits: Digits
) -> None:
    unlucky = graded(classroom, failing_first(digits[2], fits=TRAINED, delivers=honest))
    assert (unlucky.verdict, unlucky.points) == (Verdict.INCONCLUSIVE, classroom.assignment.points)
    assert [bool(run.metrics) for run in unlucky.runs] == [False, True]
    assert unlucky.evidence is not None


@pytest.mark.parametrize("fits", [[], TRAINED])
def test_who_never_delivers_fails_after_a_second_run_at_most(
    classroom: Class, digits: Digits, fits: list[dict[str, Any]]
) -> None:
    sandbox = failing_first(digits[2], fits=fits, delivers=None)
    result = graded(classroom, sandbox)
    assert (result.verdict, result.points) == (Verdict.FAILED, Decimal(0))
    assert len(sandbox.calls) == (2 if fits else 1)


def test_failing_the_first_run_escapes_no_audit(classroom: Class, digits: Digits) -> None:
    result = graded(classroom, failing_first(digits[2], fits=TRAINED, delivers=denoised))
    assert "GR405" in {finding.code for finding in result.findings}
    assert outcomes(result)["placebo"] is AuditOutcome.CLEAR
