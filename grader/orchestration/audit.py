"""From the extra runs of one submission to what its audits say: pair and placebo."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from grader.measuring.audits.fresh_rows import HonestLoss, compare_fresh, honest_loss
from grader.measuring.audits.pair import Answers, Dependence, compare_pair
from grader.measuring.audits.placebo import compare_placebo
from grader.measuring.audits.significance import SUSPICIOUS_BELOW
from grader.measuring.audits.silence import silence
from grader.measuring.evidence.predictions import Chosen
from grader.measuring.judging.telling_error import telling_error
from grader.model.assignment import Labels
from grader.model.evidence import Source
from grader.model.message import Message
from grader.model.metric import Baseline
from grader.model.result import AuditOutcome, AuditResult, SubmissionResult, Verdict
from grader.model.run import Purpose, RunStatus
from grader.model.submission import Finding, Severity
from grader.orchestration.ground import Ground
from grader.orchestration.read_run import RunRead
from grader.words import say

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FEWEST_ROWS = 50
"""Fewer graded rows can all be right by luck: a placebo could find nothing."""
_NOISE_OF_A_SCALE = Decimal("0.15")
LEARNS_BELOW = 0.05
"""From this p-value down the skill that is left says that the rest came from training."""
Made = Mapping[Purpose, RunRead | Message]
"""The extra runs of one submission; a message says why one could not be made."""


def audit(
    first: RunRead,
    made: Made,
    truth: "NDArray[Any]",
    *,
    baseline: Baseline | None = None,
    honest: HonestLoss | None = None,
    worth: Callable[[Sequence[RunRead]], Decimal] | None = None,
    graded: Sequence[RunRead] = (),
) -> tuple[AuditResult, ...]:
    """Return what the extra runs say; nothing of audits that were not asked for.

    ``first`` is the first graded run that delivered: the extra ones repeat it. ``truth`` holds the labels in
    the dataset's own order. How far the runs of the reference scatter, which ``baseline`` knows, bounds what
    luck may explain; ``honest`` is what fresh rows may cost. ``worth`` says what runs would earn by what they
    measure alone, ``graded`` among them: what is random in itself is doubted where points hang on it.
    """
    said = []
    if Purpose.PAIR in made:
        hangs = worth is not None and points_hang(graded or (first,), made, worth)
        elsewhere = differs_in_source((first, *graded, *_read(made, Purpose.PAIR, Purpose.REPEAT)))
        luck = _usual(baseline, truth)
        said.append(_pair(first, made, truth, luck, hangs=hangs, elsewhere=elsewhere))
    if Purpose.PLACEBO in made:
        said.append(_placebo(first, made, truth))
    if Purpose.FRESH in made and honest is not None:
        said.append(_fresh(first, made, truth, honest))
    return tuple(said)


def points_hang(graded: Sequence[RunRead], made: Made, worth: Callable[[Sequence[RunRead]], Decimal]) -> bool:
    """Return whether the graded runs earn more than one that differs from them by test labels, or by nothing.

    So it is with a program that is random in itself where its luck, or whatever else, is worth points. A
    scale gives every run a little more or less: that is no more than noise.
    """
    answered = [one for one in _read(made, Purpose.PAIR, Purpose.REPEAT) if one.own is not None]
    earned = worth(graded)
    return any(earned - worth([one]) > _NOISE_OF_A_SCALE * earned for one in answered)


def _read(made: Made, *purposes: Purpose) -> list[RunRead]:
    return [one for purpose in purposes if isinstance(one := made.get(purpose), RunRead)]


def shown_to_learn(audits: tuple[AuditResult, ...]) -> bool:
    """Return whether the placebo showed that the program's skill comes from its training.

    Not of one that a run with fresh rows found: it learns besides.
    """
    outcomes = {one.audit: one.outcome for one in audits}
    clear = outcomes.get(Purpose.PLACEBO.value) is AuditOutcome.CLEAR
    return clear and outcomes.get(Purpose.FRESH.value) is not AuditOutcome.FOUND


def pair_is_open(audits: tuple[AuditResult, ...]) -> bool:
    """Return whether the pair differs and a repeat with the same labels has to say whose doing that is."""
    return any(one.outcome is AuditOutcome.OPEN for one in audits)


def worth_making(ground: Ground, result: SubmissionResult) -> list[Purpose]:
    """Return the extra runs that are worth their time: of those who would pass.

    Where inputs are typed in, no test label is served that answers could depend on, and a handful of graded
    rows tells nothing. Nor do extra runs where the true labels are not on this machine.
    """
    typed = ground.prepared.dataset.typed
    if result.evidence is None or (typed and result.evidence is not Source.MODEL):
        return []
    return audits_of(ground) if worth_training(result) else []


def worth_training(result: SubmissionResult) -> bool:
    """Return whether more than its own run is worth its time: it would pass, or earns points by a metric."""
    earned = any(check.metric is not None and check.points > 0 for check in result.checks)
    return result.verdict is not Verdict.FAILED or earned


def audits_of(ground: Ground) -> list[Purpose]:
    """Return the extra runs that an assignment's audits can ask for, one each."""
    asked, prepared = ground.assignment, ground.prepared
    if not prepared.labels_known:
        return []
    by_model = Source.MODEL in asked.deliver.sources
    if prepared.dataset.typed and not (by_model and len(prepared.y_graded) >= _FEWEST_ROWS):
        return []
    served = asked.data.labels is Labels.CANARY and not prepared.dataset.typed
    # It asks what the placebo asks, of programs that see through that one.
    known = asked.audits.placebo and honest_loss(prepared.dataset.name) is not None
    wanted = (
        (Purpose.PAIR, asked.audits.pair and served),
        (Purpose.PLACEBO, asked.audits.placebo),
        (Purpose.FRESH, asked.audits.fresh and served and known),
    )
    return [purpose for purpose, on in wanted if on]


def findings_of(audits: Sequence[AuditResult]) -> tuple[Finding, ...]:
    """Return a finding for every audit that found something."""
    return tuple(
        Finding(severity=Severity.REVIEW, message=one.message, p_value=one.p_value)
        for one in audits
        if one.outcome is AuditOutcome.FOUND and one.message.code is not None
    )


def _usual(baseline: Baseline | None, truth: "NDArray[Any]") -> float:
    """Return how far the reference's runs scatter: in shares of wrong rows, or in root mean square errors."""
    names = ("error_rate", "accuracy") if truth.dtype == "int64" else ("rmse",)
    known = [] if baseline is None else [baseline.of(name) for name in names]
    return max((one.seed_sd for one in known if one is not None and one.seed_sd is not None), default=0.0)


def _pair(
    first: RunRead, made: Made, truth: "NDArray[Any]", usual: float, *, hangs: bool, elsewhere: bool
) -> AuditResult:
    pair, repeat = made[Purpose.PAIR], made.get(Purpose.REPEAT)
    own = _answers(first)
    if own is None:
        return _undecided(Purpose.PAIR, say("audit.pair.nothing"), made)
    other = _answers(pair) if isinstance(pair, RunRead) else None
    if other is None:
        return _unanswered(Purpose.PAIR, Purpose.PAIR, first, made)
    if elsewhere:
        return _result(Purpose.PAIR, AuditOutcome.FOUND, say("answers-from-elsewhere"), made)
    found = compare_pair(
        own,
        other,
        _answers(repeat) if isinstance(repeat, RunRead) else None,
        truth[first.order],
        suspicious_below=SUSPICIOUS_BELOW,
        usual=usual,
    )
    if found.dependence is Dependence.OPEN and repeat is not None:
        return _unanswered(Purpose.PAIR, Purpose.REPEAT, first, made)
    random = (AuditOutcome.UNDECIDED, "audit.pair.random")
    outcome, entry = {
        Dependence.NONE: (AuditOutcome.CLEAR, "audit.pair.clear"),
        Dependence.OPEN: (AuditOutcome.OPEN, "audit.pair.open"),
        Dependence.RANDOM: (AuditOutcome.FOUND, "points-hang-on-chance") if hangs else random,
        Dependence.ON_LABELS: (
            AuditOutcome.FOUND,
            "answers-depend-on-test-labels"
            if found.p_value is None
            else "noisy-answers-depend-on-test-labels",
        ),
        Dependence.LUCKY: (AuditOutcome.FOUND, "one-lucky-run"),
    }[found.dependence]
    kind = "rows" if truth.dtype == "int64" else "numbers"
    shares = {"wrong": found.wrong, "without": found.wrong_without, "again": found.wrong_again or 0.0}
    told = {name: say(f"audit.error.{kind}", value=value) for name, value in shares.items()}
    message = say(entry, moved=found.moved, rows=found.rows, **told)
    return _result(Purpose.PAIR, outcome, message, made, found.p_value)


def _placebo(first: RunRead, made: Made, truth: "NDArray[Any]") -> AuditResult:
    placebo = made[Purpose.PLACEBO]
    if first.own is None:
        return _undecided(Purpose.PLACEBO, say("audit.placebo.nothing"), made)
    if isinstance(placebo, Message) or placebo.own is None:
        return _unanswered(Purpose.PLACEBO, Purpose.PLACEBO, first, made)
    found = compare_placebo(first.own, placebo.own, truth)
    fields = {"graded": found.graded, "placebo": found.placebo, "guessing": found.guessing}
    classes = truth.dtype == "int64"
    if not found.told:
        return _undecided(Purpose.PLACEBO, say("audit.placebo.unskilled"), made)
    if found.p_value < SUSPICIOUS_BELOW:
        message = say(
            "classes-right-without-learning" if classes else "values-right-without-learning", **fields
        )
        return _result(Purpose.PLACEBO, AuditOutcome.FOUND, message, made, found.p_value)
    if found.p_learns > LEARNS_BELOW:
        message = say(
            "audit.placebo.few" if classes else "audit.placebo.few.numbers", rows=len(truth), **fields
        )
        return _undecided(Purpose.PLACEBO, message, made, found.p_value)
    message = say("audit.placebo.clear" if classes else "audit.placebo.clear.numbers", **fields)
    return _result(Purpose.PLACEBO, AuditOutcome.CLEAR, message, made, found.p_value)


def _fresh(first: RunRead, made: Made, truth: "NDArray[Any]", honest: HonestLoss) -> AuditResult:
    fresh = made[Purpose.FRESH]
    if first.own is None:
        return _undecided(Purpose.FRESH, say("audit.placebo.nothing"), made)
    if isinstance(fresh, Message) or fresh.own is None:
        return _unanswered(Purpose.FRESH, Purpose.FRESH, first, made)
    found = compare_fresh(first.own, fresh.own, truth, honest)
    suspicious = found.p_value < SUSPICIOUS_BELOW
    message = say(
        "answers-for-known-rows" if suspicious else "audit.fresh.clear",
        rows=found.rows,
        lost=found.lost,
        gained=found.gained,
        wrong=found.wrong,
        fresh=found.wrong_fresh,
    )
    outcome = AuditOutcome.FOUND if suspicious else AuditOutcome.CLEAR
    return _result(Purpose.FRESH, outcome, message, made, found.p_value)


def _unanswered(audited: Purpose, purpose: Purpose, first: RunRead, made: Made) -> AuditResult:
    """Return what it means that the extra run for ``purpose`` left nothing: doubt, if it is no doing of ours.

    Who leaves an audit is doubted as who is found by it; why it left is for a person to see.
    """
    extra = made[purpose]
    if isinstance(extra, Message):
        return _undecided(audited, say("audit.not_made", why=extra), made)
    error = telling_error(extra.facts.report)
    ended = silence(
        first.facts.run, extra.facts.run, first.stored.conditions, error="" if error is None else error.type
    )
    if ended is None:
        return _undecided(audited, say("audit.out_of_bounds"), made)
    message = say("no-answers-in-audit-run", what=say(f"audit.silence.of.{purpose.value}"), ended=ended)
    return _result(audited, AuditOutcome.FOUND, message, made)


def differs_in_source(runs: Sequence[RunRead]) -> bool:
    """Return whether runs that ended alike answered from different places: a variable once, a call the next.

    What a program delivers by one seed and the same rows may differ by chance; that it is answers to the test
    rows one time and something else the next is no chance of a training's.
    """
    by_end: dict[RunStatus, set[Source]] = {}
    for one in runs:
        if isinstance(one.facts.delivered, Chosen):
            by_end.setdefault(one.facts.run.status, set()).add(one.facts.delivered.source)
    return any(len(sources) > 1 for sources in by_end.values())


def _answers(one: RunRead) -> Answers | None:
    delivered = one.facts.delivered
    return Answers(raw=delivered.raw, decoded=delivered.decoded) if isinstance(delivered, Chosen) else None


def _undecided(audited: Purpose, message: Message, made: Made, p_value: float | None = None) -> AuditResult:
    return _result(audited, AuditOutcome.UNDECIDED, message, made, p_value)


def _result(
    audited: Purpose, outcome: AuditOutcome, message: Message, made: Made, p_value: float | None = None
) -> AuditResult:
    own = (Purpose.PAIR, Purpose.REPEAT) if audited is Purpose.PAIR else (audited,)
    spent = [made[purpose] for purpose in own if purpose in made]
    cost = sum(one.facts.run.cpu_seconds for one in spent if isinstance(one, RunRead))
    return AuditResult(
        audit=audited.value, outcome=outcome, message=message, p_value=p_value, cpu_seconds=cost
    )
