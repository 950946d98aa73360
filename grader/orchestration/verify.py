"""Makes a certified result again, and says whether it came out the same.

The runs are new ones, in the sandbox, with the seeds and threads of the certificate; a kept run never answers
for one. Where the original's folder is still kept, its order, canaries and training rows are served again, so
that a program without randomness of its own repeats bit for bit. Nothing is added to the class's runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from grader.datasets.prepare import Prepared
from grader.measuring.judging.compare_results import compare_results, compare_submissions
from grader.model.assignment import Assignment, GpuNeed
from grader.model.certificate import Answer, Certificate, CertifiedRun, Verification
from grader.model.errors import SandboxError
from grader.model.evidence import Source
from grader.model.message import Message
from grader.model.result import AuditOutcome, SubmissionResult
from grader.model.run import Limits, NotRun, Purpose
from grader.model.submission import Submission
from grader.orchestration.assess import Assessed, Reference, assess
from grader.orchestration.baseline import reference_of
from grader.orchestration.certify import certify
from grader.orchestration.make_runs import Grader, make_runs
from grader.orchestration.plan import limits_of, make_audit_task, make_task, prepare_data, record_of
from grader.orchestration.work import TRAINING_FILE, RunTask
from grader.runtimes.catalogue import Runtime, find_runtime
from grader.storage.run_store import StoredRun
from grader.words import say

_AUDITS = {"pair": (Purpose.PAIR, Purpose.REPEAT), "placebo": (Purpose.PLACEBO,)}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Ground:
    """What the runs are made on; ``aside`` keeps them away from the class's own."""

    certificate: Certificate
    submission: Submission
    assignment: Assignment
    prepared: Prepared
    runtime: Runtime
    reference: Reference
    aside: Grader


def verify(
    certificate: Certificate, submission: Submission, assignment: Assignment, *, grader: Grader
) -> Verification:
    """Make the runs of ``certificate`` again and compare.

    A submission that is another one than was graded is *different* without a run.

    Raises:
        SandboxError: a run could not be made, or could not be judged: by our fault, not the result's.
        CourseError, DataMissing, RuntimeMissing: this machine or course lacks what the runs need.
    """
    apart = compare_submissions(certificate, submission)
    if apart:
        return Verification(
            certificate=certificate, now=None, answer=Answer.DIFFERENT, differences=apart, conditions=()
        )
    ground = _lay_ground(certificate, submission, assignment, grader)
    kept = [_kept(run, ground.prepared, grader) for run in certificate.runs]
    tasks = [_task(run, first, ground) for run, first in zip(certificate.runs, kept, strict=True)]
    stored = _made(tasks, ground)
    assessed = _judged(stored, ground, {})
    result, leading = assessed.result, assessed.leading
    audits = _audits_to_make(certificate, result)
    if audits:
        # The verdict was given with these findings in sight, so it is compared with them in sight.
        purposes = [purpose for name in audits for purpose in _AUDITS[name]]
        applies = result.evidence is Source.MODEL
        graded, first = tasks[leading], stored[leading]
        extra = [make_audit_task(graded, first, purpose, model=applies) for purpose in purposes]
        made = dict(zip(purposes, _made(extra, ground), strict=True))
        result = _judged(stored, ground, made).result
    tools = grader.tools
    now = certify(result, grader=tools.version, course=certificate.course, sandbox=tools.sandbox.name)
    if now is None:
        raise _not_made(result.reason_message or say("run-not-made-yet"))
    found = compare_results(
        certificate,
        now,
        repeated=[_repeats(first) for first in kept],
        assignment=assignment,
        metrics=tools.metrics,
        baseline=ground.reference.baseline,
    )
    left = tuple(name for name in certificate.audits if name not in audits)
    return replace(found, audits_made=audits, audits_not_made=left)


def _lay_ground(
    certificate: Certificate, submission: Submission, assignment: Assignment, grader: Grader
) -> _Ground:
    tools = grader.tools
    runtime = find_runtime(assignment.run.runtime, tools.cache, cuda=bool(tools.gpus))
    if assignment.run.gpu is GpuNeed.REQUIRED and not tools.gpus:
        raise SandboxError(say("required-gpu-missing"))
    prepared = prepare_data(assignment, runtime, tools)
    # The reference's own run is taken where it is kept, and kept nowhere when it has to be made.
    seen = replace(grader, store=grader.store.aside("reference", over=grader.store))
    reference = reference_of(assignment, prepared=prepared, runtime=runtime, grader=seen)
    if isinstance(reference, NotRun):
        raise _not_made(reference.reason)
    return _Ground(
        certificate=certificate,
        submission=submission,
        assignment=assignment,
        prepared=prepared,
        runtime=runtime,
        reference=reference,
        aside=replace(grader, store=grader.store.aside("verify")),
    )


def _kept(run: CertifiedRun, prepared: Prepared, grader: Grader) -> StoredRun | None:
    """Return the original's kept run, whose secrets are to be served again; of other data, none."""
    kept = grader.store.load(run.key)
    if kept is None or kept.run.number != run.number or kept.extra.get("served") != prepared.digest:
        return None
    return kept


def _repeats(kept: StoredRun | None) -> bool:
    """Return whether all that was served can be served again; runs of old kept no order of training rows."""
    return kept is not None and (kept.run.number == 1 or (kept.folder / TRAINING_FILE).is_file())


def _task(run: CertifiedRun, kept: StoredRun | None, ground: _Ground) -> RunTask:
    """Return the task of making ``run`` again: the certificate's threads, and limits no higher than its."""
    anew = make_task(
        ground.submission,
        ground.assignment,
        run.number,
        prepared=ground.prepared,
        runtime=ground.runtime,
        tools=ground.aside.tools,
        limits=_limits(run, ground),
        threads=run.threads,
        store=ground.aside.store,
    )
    return anew if kept is None else replace(anew, purpose=Purpose.REPEAT, first=kept.folder)


def _limits(run: CertifiedRun, ground: _Ground) -> Limits:
    known, under = ground.aside.options, run.conditions
    if under is not None:
        known = replace(
            known,
            timeout_seconds=min(under.wall_seconds, known.timeout_seconds or under.wall_seconds),
            memory_bytes=min(under.memory_bytes, known.memory_bytes or under.memory_bytes),
        )
    return limits_of(ground.assignment, known, reference_seconds=ground.reference.seconds)


def _made(tasks: Sequence[RunTask], ground: _Ground) -> list[StoredRun]:
    """Return the runs of ``tasks``, in their order.

    Raises:
        SandboxError: one of them could not be made.
    """
    lost: dict[str, Message] = {}
    made = make_runs(tasks, ground.aside, say("progress.verify"), lost)
    if lost:
        raise _not_made(next(iter(lost.values())))
    return [made[task.key] for task in tasks]


def _judged(
    stored: Sequence[StoredRun], ground: _Ground, extra: Mapping[Purpose, StoredRun | Message]
) -> Assessed:
    return assess(
        ground.submission,
        ground.assignment,
        stored,
        prepared=ground.prepared,
        tools=ground.aside.tools,
        reference=ground.reference,
        record=record_of(
            ground.submission, ground.assignment, prepared=ground.prepared, runtime=ground.runtime
        ),
        extra=extra,
    )


def _audits_to_make(certificate: Certificate, result: SubmissionResult) -> tuple[str, ...]:
    """Return the audits that found something, so that the verdict rests on them."""
    if result.evidence is None:
        return ()
    found = AuditOutcome.FOUND
    return tuple(name for name, outcome in certificate.audits.items() if outcome is found and name in _AUDITS)


def _not_made(why: Message) -> SandboxError:
    return SandboxError(say("result-not-reproduced", why=why))
