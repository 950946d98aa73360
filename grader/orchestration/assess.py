"""From kept runs to a result: reads what the runs left, opens the labels, judges. Runs no student code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from grader.datasets.layouts import served_names
from grader.datasets.prepare import truth
from grader.measuring.audits.fresh_rows import honest_loss
from grader.measuring.evidence.predictions import Chosen, NothingDelivered
from grader.measuring.evidence.program_text import has_code
from grader.measuring.judging.assured import assured, weakest
from grader.measuring.judging.facts import Facts
from grader.measuring.judging.judge import Judgement, gather, judge
from grader.measuring.judging.more_runs import more_runs_wanted
from grader.measuring.judging.other_way_round import told_the_other_way_round
from grader.measuring.judging.stated_result import claim_of
from grader.measuring.judging.telling_error import errors_of, telling_error
from grader.model.assignment import Assignment, AuditSpec
from grader.model.evidence import HarnessReport, SourceReport, SourceState
from grader.model.message import Message
from grader.model.metric import Measurement, Paired
from grader.model.recipe import Recipe
from grader.model.result import AuditResult, Claim, RecipeTold, RunResult, SubmissionResult
from grader.model.retrained import Retrained
from grader.model.run import Purpose
from grader.model.shown import Picture, Shown
from grader.model.submission import FileKind, Finding, Submission
from grader.orchestration.audit import Made, audit, findings_of, shown_to_learn
from grader.orchestration.by_recipe import (
    assurance_of,
    beside_recipe,
    judged_by_recipe,
    signs_among,
)
from grader.orchestration.findings import findings_told
from grader.orchestration.ground import Ground
from grader.orchestration.means import Tools
from grader.orchestration.orders import record_of
from grader.orchestration.picture import draw_picture
from grader.orchestration.read_run import RunRead, array_of_ours, digest_of_answers, read_run
from grader.orchestration.reference_rows import pair_with_reference
from grader.orchestration.replay import asked_rows_trained_on, map_in_words, model_table
from grader.orchestration.signs_in_runs import Seen, Signs, find_signs
from grader.orchestration.stated_result import stated_by
from grader.orchestration.symptoms_of import symptoms_of
from grader.reporting.cleaning import clean_text
from grader.running.run_job import OUTPUT_FILE
from grader.storage.run_files import CANARIES_FILE
from grader.storage.run_store import StoredRun
from grader.words import say

if TYPE_CHECKING:
    import numpy as np

NOTHING_TO_COMPARE = AuditSpec(order=False, canary=False, pair=False, placebo=False, fresh=False)
_VERSIONS = ("python", "numpy", "tensorflow", "keras", "tf_keras", "sklearn")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Assessed:
    """A result, whether one more run could still change what it earns, and what its leading run answered.

    The leading run, counted from 0, is the first that delivered predictions: page and audits are about it.
    ``recipe`` is its recipe; ``trainings_wanted``: how many of ours in all would tell more, or could change
    what is earned. None: no more.
    """

    result: SubmissionResult
    more_runs_wanted: bool
    recipe: Recipe | None = None
    trainings_wanted: int | None = None
    leading: int = 0
    answers: "np.ndarray[Any, Any] | None" = None


def assess(
    submission: Submission,
    ground: Ground,
    stored: Sequence[StoredRun],
    *,
    tools: Tools,
    extra: Mapping[Purpose, StoredRun | Message] | None = None,
    retrained: Retrained | Message | None = None,
) -> Assessed:
    """Judge ``submission`` from its complete runs, at least one, and the ``extra`` ones of its audits.

    ``retrained`` are our own trainings by its recipe, or why they could not be made.
    """
    assignment, prepared = ground.assignment, ground.prepared
    labels = truth(prepared)

    def reading(one: StoredRun) -> RunRead:
        return read_run(one, assignment, prepared=prepared, kind=submission.kind, labels=labels, tools=tools)

    read = [reading(one) for one in stored]
    graded = _graded(read)
    first = next((one for one in graded if one.own is not None), graded[0])
    made = {p: one if isinstance(one, Message) else reading(one) for p, one in (extra or {}).items()}
    audits = _audited(first, made, graded, ground, tools)
    side = beside_recipe(first, retrained, ground, tools)
    signs = _signs(graded, ground, labels, learns=shown_to_learn(audits) or side.learns)
    repeats_itself = len(stored) > len(graded)
    facts = _facts(
        submission,
        ground,
        graded,
        first=first,
        signs=signs,
        doubts=(*findings_of(audits), *side.doubts),
        tools=tools,
        repeats_itself=repeats_itself,
        waits=side.waits(ground),
    )
    own = judge(facts, kind=submission.kind, without_code=_without_code(submission))
    facts, judgement, gaining = judged_by_recipe(facts, own, side.held)
    served = served_names(prepared.dataset)
    told = findings_told(submission, facts, signs, audits, judgement, served=served)
    answers = assurance_of(facts, audits, side.held, signs=signs_among(told, submission))
    checks = assured(judgement.checks, tools.checks, answers=answers, doubted=side.doubted(gaining))
    other_way = told_the_other_way_round(first.own, labels) if prepared.labels_known else None
    result = _result(
        submission,
        ground,
        read,
        replace(judgement, checks=checks),
        first=first,
        findings=(*told, *side.findings(gaining, tools)),
        claimed=claim_of(facts),
        audits=audits,
        notes=(
            *_notes(first, other_way, fixed=repeats_itself),
            *symptoms_of(first, ground, own.checks, side.recorded),
        ),
        paired=pair_with_reference(first.own, ground.reference.answers, labels, prepared),
        picture=draw_picture(first.stored.folder, first.own, prepared, labels),
        recipe=side.told(first.facts.run),
    )
    return Assessed(
        result=result,
        more_runs_wanted=not repeats_itself and more_runs_wanted(facts),
        recipe=side.recipe,
        trainings_wanted=side.trainings_wanted(facts, gaining),
        leading=read.index(first),
        answers=first.own,
    )


def _audited(
    first: RunRead, made: Made, graded: Sequence[RunRead], ground: Ground, tools: Tools
) -> tuple[AuditResult, ...]:
    return audit(
        first,
        made,
        truth(ground.prepared),
        baseline=ground.reference.baseline,
        honest=honest_loss(ground.prepared.dataset.name),
        worth=partial(_worth, ground.assignment, tools),
        graded=graded,
    )


def _worth(assignment: Assignment, tools: Tools, runs: Sequence[RunRead]) -> Decimal:
    """Return what ``runs`` would earn by metrics, by nothing but what they measure: no benefit of a doubt."""
    facts = gather(assignment, [one.facts for one in runs], metrics=tools.metrics, kinds=tools.checks)
    plain = replace(facts, retrained=True, repeats_itself=True)
    return sum((check.points for check in judge(plain).checks if check.metric), Decimal(0))


def _signs(
    graded: Sequence[RunRead], ground: Ground, labels: "np.ndarray[Any, Any]", *, learns: bool
) -> Signs:
    prepared = ground.prepared
    return find_signs(
        [_seen(one, typed=prepared.dataset.typed) for one in graded],
        labels,
        learns=learns,
        # Nobody's answers can be held against labels that are not there.
        audits=ground.assignment.audits if prepared.labels_known else NOTHING_TO_COMPARE,
    )


def _without_code(submission: Submission) -> bool:
    """Return whether the script has nothing in it that could run; of a notebook its cells tell."""
    if submission.kind is not FileKind.SCRIPT:
        return False
    main = next(file for file in submission.files if file.name == submission.main)
    return not has_code(main.path.read_text(encoding="utf-8", errors="replace"))


def _facts(
    submission: Submission,
    ground: Ground,
    graded: Sequence[RunRead],
    *,
    first: RunRead,
    signs: Signs,
    doubts: Sequence[Finding],
    tools: Tools,
    repeats_itself: bool,
    waits: Message | None,
) -> Facts:
    """Return all that the checks are answered from; ``doubts`` are findings of audits."""
    assignment = ground.assignment
    disturbed = not ground.prepared.dataset.typed
    return gather(
        assignment,
        [one.facts for one in graded],
        metrics=tools.metrics,
        kinds=tools.checks,
        baseline=ground.reference.baseline,
        copied=signs.copied,
        doubted=doubts[0].message if doubts else None,
        # Where numbers are asked for, nobody states a share of errors: [mse, mse] is none.
        stated=stated_by(submission, assignment, _printed([first]), disturbed=disturbed)
        if ground.prepared.dataset.classes
        else None,
        # Of several runs of which only some are alike, the others show that chance is at work.
        repeats_itself=repeats_itself and len(graded) == 1,
        waits=waits,
    )


def _graded(read: list[RunRead]) -> list[RunRead]:
    """Return the runs that count: all, but one only of those that came out exactly the same."""
    kept: list[RunRead] = []
    for one in read:
        if one.own is None or not any(_same(one, other) for other in kept):
            kept.append(one)
    return kept


def _same(one: RunRead, other: RunRead) -> bool:
    """Return whether two runs trained and answered alike, bit for bit.

    Classes alone do not tell: two good networks give the same answers to an easy test set.
    """
    import numpy as np

    return (
        one.own is not None
        and other.own is not None
        and one.facts.run.status is other.facts.run.status
        and np.array_equal(one.own, other.own)
        and _histories(one) == _histories(other)
        and np.array_equal(_raw_in_own_order(one), _raw_in_own_order(other))
    )


def _histories(one: RunRead) -> list[Mapping[str, tuple[float, ...]]]:
    return [fit.history for fit in one.facts.report.fits]


def _raw_in_own_order(one: RunRead) -> "np.ndarray[Any, Any]":
    import numpy as np

    delivered = one.facts.delivered
    raw = np.asarray(delivered.raw if isinstance(delivered, Chosen) else one.own)
    own = np.empty_like(raw)
    own[one.order] = raw
    return own


def _seen(one: RunRead, *, typed: bool) -> Seen:
    content = one.stored.read(CANARIES_FILE)
    canaries = array_of_ours(content) if content is not None else None
    return Seen(
        run=one.facts.run,
        report=one.facts.report,
        own=one.own,
        canaries=canaries,
        order=None if typed else one.order,
        asked_rows=asked_rows_trained_on(one.stored),
    )


def _notes(first: RunRead, other_way: Message | None, *, fixed: bool) -> tuple[Message, ...]:
    delivered = first.facts.delivered
    notes = list(delivered.notes) if isinstance(delivered, Chosen) else []
    notes += [other_way] if other_way is not None else []
    mapped = map_in_words(first.stored)
    if mapped is not None:
        notes.append(mapped)
    if fixed:
        notes.append(say("runs-exactly-the-same"))
    elif first.facts.report.own_seed:
        notes.append(say("program-fixes-own-seed"))
    return tuple(notes)


def _result(
    submission: Submission,
    ground: Ground,
    read: Sequence[RunRead],
    judgement: Judgement,
    *,
    first: RunRead,
    findings: tuple[Finding, ...],
    claimed: Claim | None,
    audits: tuple[AuditResult, ...],
    notes: tuple[Message, ...],
    paired: Paired | None,
    picture: Picture,
    recipe: RecipeTold | None,
) -> SubmissionResult:
    report = first.facts.report
    delivered = first.facts.delivered
    reference = ground.reference
    baseline = reference.baseline.summaries if reference.baseline else ()
    return SubmissionResult(
        id=submission.id,
        student=submission.student,
        assignment=submission.assignment,
        attempt=submission.attempt,
        files=submission.files,
        main=submission.main,
        handed_in=submission.handed_in,
        status=judgement.status,
        verdict=judgement.verdict,
        reason=judgement.reason,
        reason_message=judgement.reason_message,
        points=judgement.points,
        max_points=ground.assignment.points,
        evidence=delivered.source if isinstance(delivered, Chosen) else None,
        runs=tuple(_run_result(one) for one in read),
        metrics=judgement.metrics,
        reference=baseline,
        checks=judgement.checks,
        findings=findings,
        claimed=claimed,
        audits=audits,
        ledger=(*submission.ledger, *report.ledger),
        paired=paired,
        model=model_table(first.stored),
        shown=Shown(
            notes=notes,
            sources=_sources(report, delivered, ground),
            reference_fits=reference.fits,
            layers=report.layers,
            output=_printed(read),
            picture=picture,
            rows_hidden=ground.rows_hidden,
        ),
        report=None,
        log=None,
        record={**_versions(report), **record_of(submission, ground)},
        assurance=weakest(judgement.checks),
        recipe=recipe,
    )


def _sources(
    report: HarnessReport, delivered: Chosen | NothingDelivered, ground: Ground
) -> tuple[SourceReport, ...]:
    """Return how each accepted source fared: one whose array did not count was passed over too."""
    not_taken = delivered.not_taken if isinstance(delivered, Chosen) else {}
    return tuple(
        replace(one, state=SourceState.PASSED_OVER, why=not_taken[one.source], detail="")
        if one.source in not_taken
        else one
        for one in report.sources
        if one.source in ground.assignment.deliver.sources
    )


def _versions(report: HarnessReport) -> dict[str, str]:
    """Return the versions the submission's process named, under names that no record of ours has."""
    return {f"{name} (inside)": report.versions[name] for name in _VERSIONS if name in report.versions}


def _printed(read: Sequence[RunRead]) -> str:
    """Return what the runs printed, cleaned; several runs under their numbers."""
    texts = [clean_text(one.stored.read(OUTPUT_FILE) or b"") for one in read]
    if len(texts) == 1:
        return texts[0]
    numbered = zip(read, texts, strict=True)
    return clean_text("\n".join(f"--- {one.stored.run.number} ---\n{text}" for one, text in numbered))


def _run_result(one: RunRead) -> RunResult:
    values = {
        name: measured.value
        for name, measured in one.facts.measurements.items()
        if isinstance(measured, Measurement)
    }
    report = one.facts.report
    cause = telling_error(report)
    others = tuple(error for error in errors_of(report) if error is not cause)
    return RunResult(
        run=one.facts.run,
        metrics=values,
        fits=report.fits,
        errors=(cause, *others) if cause else others,
        key=one.stored.folder.name,
        predictions=None if one.own is None else digest_of_answers(one.own),
        conditions=one.stored.conditions,
    )
