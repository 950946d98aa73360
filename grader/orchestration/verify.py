"""Makes a certified result again, and says whether it came out the same.

The runs are new ones, in the sandbox, with the seeds and threads of the certificate; a kept run never answers
for one. Where the original's folder is still kept, its order, canaries and training rows are served again, so
that a program without randomness of its own repeats bit for bit. Nothing is added to the class's runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.measuring.audits.registry import EXTRA_RUNS
from grader.measuring.judging.compare_results import compare_results, compare_submissions
from grader.model.assignment import Assignment
from grader.model.certificate import Answer, Bound, Certificate, CertifiedRun, Verification
from grader.model.errors import SandboxError
from grader.model.message import Message
from grader.model.order import RunOrder
from grader.model.result import AuditOutcome, SubmissionResult
from grader.model.retrained import Retrained
from grader.model.run import Purpose
from grader.model.submission import Submission
from grader.orchestration.assess import Assessed, assess
from grader.orchestration.bound import bound_by, refute
from grader.orchestration.certify import certify
from grader.orchestration.ground import Ground
from grader.orchestration.lay_grounds import ground_with_reference
from grader.orchestration.means import Means
from grader.orchestration.orders import audit_order_of, order_of, training_label
from grader.orchestration.retrained import orders_for, retrained_of
from grader.orchestration.runs_of import retrainings_of, runs_of
from grader.storage.course_key import CourseKey, find_key
from grader.storage.run_files import TRAINING_FILE
from grader.storage.run_store import StoredRun
from grader.words import say


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Desk:
    """What a certificate is held against; ``aside`` keeps the new runs away from the class's own."""

    certificate: Certificate
    submission: Submission
    ground: Ground
    aside: Means


def verify(
    certificate: Certificate, submission: Submission, assignment: Assignment, *, means: Means
) -> Verification:
    """Make the runs of ``certificate`` again and compare.

    A submission that is another one than was graded is *different* without a run, and so is a certificate
    that was changed after it was made.

    Raises:
        StorageError: the course's key cannot be read.
        SandboxError: a run could not be made, or could not be judged: by our fault, not the result's.
        CourseError, DataMissing, RuntimeMissing: this machine or course lacks what the runs need.
    """
    refuted = refute(certificate, means.store)
    if refuted is not None:
        return refuted
    bound = bound_by(certificate, means.store)
    apart = compare_submissions(certificate, submission, proved=bound is Bound.PROVED)
    if apart:
        return Verification(
            certificate=certificate,
            now=None,
            answer=Answer.DIFFERENT,
            differences=apart,
            conditions=(),
            bound=bound,
        )
    desk = _Desk(
        certificate=certificate,
        submission=submission,
        ground=_ground(assignment, means),
        aside=replace(means, store=means.store.aside("verify", over=None)),
    )
    kept = [_kept(run, desk, means) for run in certificate.runs]
    orders = [_order(run, first, desk) for run, first in zip(certificate.runs, kept, strict=True)]
    stored = _made(orders, desk)
    assessed = assess(submission, desk.ground, stored, tools=means.tools)
    retrained = _trained_again(assessed, stored, desk, find_key(means.store.folder))
    if retrained is not None:
        assessed = assess(submission, desk.ground, stored, tools=means.tools, retrained=retrained)
    audits = _audits_to_make(certificate, assessed.result)
    if audits:
        # The verdict was given with these findings in sight, so it is compared with them in sight.
        extra = _extra_runs(audits, orders, stored, assessed, desk)
        assessed = assess(
            submission, desk.ground, stored, tools=means.tools, extra=extra, retrained=retrained
        )
    found = _compared(desk, assessed.result, kept)
    left = tuple(name for name in certificate.audits if name not in audits)
    return replace(found, bound=bound, audits_made=audits, audits_not_made=left)


def _ground(assignment: Assignment, means: Means) -> Ground:
    """Return what the runs stand on; the reference's run is taken where kept, and not kept if made."""
    seen = replace(means, store=means.store.aside("reference", over=means.store))
    try:
        return ground_with_reference(assignment, seen)
    except SandboxError as error:
        raise _not_made(error.message) from None


def _kept(run: CertifiedRun, desk: _Desk, means: Means) -> StoredRun | None:
    """Return the original's kept run, whose secrets are to be served again; of other data, none."""
    kept = means.store.load(run.key)
    served = desk.ground.prepared.digest
    if kept is None or kept.run.number != run.number or kept.extra.get("served") != served:
        return None
    return kept


def _repeats(kept: StoredRun | None) -> bool:
    """Return whether all that was served can be served again; runs of old kept no order of training rows."""
    return kept is not None and (kept.run.number == 1 or (kept.folder / TRAINING_FILE).is_file())


def _order(run: CertifiedRun, kept: StoredRun | None, desk: _Desk) -> RunOrder:
    """Return the order for making ``run`` again: the certificate's threads, and limits no higher than its."""
    anew = order_of(desk.submission, desk.ground, run.number, _limited(run, desk.aside))
    anew = replace(anew, threads=run.threads)
    return anew if kept is None else replace(anew, purpose=Purpose.REPEAT, repeats=run.key)


def _limited(run: CertifiedRun, means: Means) -> Means:
    known, under = means.options, run.conditions
    if under is None:
        return means
    lowered = replace(
        known,
        timeout_seconds=min(under.wall_seconds, known.timeout_seconds or under.wall_seconds),
        memory_bytes=min(under.memory_bytes, known.memory_bytes or under.memory_bytes),
    )
    return replace(means, options=lowered)


def _made(orders: Sequence[RunOrder], desk: _Desk) -> list[StoredRun]:
    """Return the runs of ``orders``, in their order.

    Raises:
        SandboxError: one of them could not be made.
    """
    course = desk.ground.assignment.folder.parent.parent
    made = runs_of(orders, desk.aside, course=course, what=say("progress.verify"), anew=True)
    if made.lost:
        raise _not_made(next(iter(made.lost.values())))
    return made.in_order(orders)


def _trained_again(
    assessed: Assessed, stored: Sequence[StoredRun], desk: _Desk, key: CourseKey | None
) -> Retrained | None:
    """Make as many of our own trainings as the certificate tells of, by the recipe that was recorded now.

    With the key of the course their seeds are the same.

    Raises:
        SandboxError: none could be made.
    """
    count = len(desk.certificate.trainings)
    if not count or assessed.recipe is None:
        return None
    orders = orders_for(
        assessed.recipe,
        desk.ground,
        desk.aside,
        count=count,
        program=stored[assessed.leading].run,
        secret=key.secret if key else b"",
        label=training_label(desk.submission),
        steps=(count,),
    )
    course = desk.ground.assignment.folder.parent.parent
    orders = tuple(replace(order, threads=desk.certificate.runs[0].threads) for order in orders)
    made = retrainings_of(orders, desk.aside, course=course, what=say("progress.retraining"), anew=True)
    found = retrained_of(assessed.recipe, orders, made, desk.ground, desk.aside)
    if isinstance(found, Message):
        raise _not_made(found)
    return found


def _extra_runs(
    audits: Sequence[str],
    orders: Sequence[RunOrder],
    stored: Sequence[StoredRun],
    assessed: Assessed,
    desk: _Desk,
) -> dict[Purpose, StoredRun | Message]:
    """Make the extra runs that ``audits`` rest on."""
    purposes = [purpose for name in audits for purpose in EXTRA_RUNS[name]]
    graded, first = orders[assessed.leading], stored[assessed.leading]
    evidence = assessed.result.evidence
    extra = [audit_order_of(graded, first, purpose, desk.submission, evidence) for purpose in purposes]
    return dict(zip(purposes, _made(extra, desk), strict=True))


def _compared(desk: _Desk, result: SubmissionResult, kept: Sequence[StoredRun | None]) -> Verification:
    tools, certificate = desk.aside.tools, desk.certificate
    now = certify(result, grader=tools.version, course=certificate.course, sandbox=tools.sandbox.name)
    if now is None:
        raise _not_made(result.reason_message or say("run-not-made-yet"))
    return compare_results(
        certificate,
        now,
        repeated=[_repeats(first) for first in kept],
        assignment=desk.ground.assignment,
        metrics=tools.metrics,
        kinds=tools.checks,
        baseline=desk.ground.reference.baseline,
    )


def _audits_to_make(certificate: Certificate, result: SubmissionResult) -> tuple[str, ...]:
    """Return the audits that found something, so that the verdict rests on them."""
    if result.evidence is None:
        return ()
    found = AuditOutcome.FOUND
    return tuple(
        name for name, outcome in certificate.audits.items() if outcome is found and name in EXTRA_RUNS
    )


def _not_made(why: Message) -> SandboxError:
    return SandboxError(say("result-not-reproduced", why=why))
