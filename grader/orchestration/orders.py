"""Orders for runs, and the keys their runs are kept under. Pure but for reading our own code."""

from dataclasses import replace

from grader.measuring.judging.loosest_error import loosest_error
from grader.model.assignment import Assignment, GpuNeed
from grader.model.digest import digest_bytes, digest_parts
from grader.model.evidence import Source
from grader.model.order import OrderedData, OrderedFile, RunOrder
from grader.model.run import Limits, Purpose
from grader.model.submission import Submission
from grader.orchestration.ground import Ground
from grader.orchestration.means import Means, Options
from grader.storage.run_files import CANARIES_FILE, ORDER_FILE
from grader.storage.run_store import StoredRun
from grader.worker.workplace import harness_digest, runtime_digest


def order_of(submission: Submission, ground: Ground, number: int, means: Means) -> RunOrder:
    """Return the order for run ``number``; its key changes when anything the run depends on does.

    Threads and GPU are recorded with the run and are not in the key: a run made with ``-j 2`` stands
    when the next grading is started with ``-j 1``.
    """
    assignment, prepared, runtime = ground.assignment, ground.prepared, ground.runtime
    limits = limits_of(assignment, means.options, reference_seconds=ground.reference.seconds)
    key = digest_parts(
        submission=submission.digest,
        assignment=assignment.run_version,
        slug=assignment.slug,
        data=prepared.digest,
        runtime=[runtime.digest, runtime.environment],
        harness=harness_digest(),
        sandbox=means.tools.sandbox.name,
        limits=[limits.wall_seconds, limits.memory_bytes],
        number=number,
        joins_batches=means.options.joins_batches,
    )
    return RunOrder(
        key=key,
        label=_label(submission, str(number)),
        # A notebook is run in its plain form: its bytes are named by where they are kept, not by the receipt.
        files=tuple(OrderedFile(name=file.name, sha256=file.path.name) for file in submission.files),
        main=submission.main,
        kind=submission.kind,
        data=OrderedData(
            dataset=prepared.dataset.name if assignment.data.given else "",
            sha256=prepared.digest,
            labels=assignment.data.labels,
            fails_at=loosest_error(
                assignment,
                len(prepared.y_graded),
                kinds=means.tools.checks,
                metrics=means.tools.metrics,
            ),
            own=assignment.data.own,
        ),
        runtime=assignment.run.runtime,
        runtime_sha256=runtime_digest(runtime),
        harness_sha256=harness_digest(),
        sandbox=means.tools.sandbox.name,
        limits=limits,
        asks=assignment.asks,
        number=number,
        threads=threads_for(means),
        wants_gpu=assignment.run.gpu is not GpuNeed.NONE,
        backend=assignment.run.backend,
        applies_model=assignment.asks_for("model"),
        joins_batches=means.options.joins_batches,
    )


def audit_order_of(
    graded: RunOrder, first: StoredRun, purpose: Purpose, submission: Submission, evidence: Source | None
) -> RunOrder:
    """Return the order for an extra run that tells something about ``first``, made by ``graded``.

    Seed, threads and all that is asked for are the graded run's, since the program can read them; so is, but
    for the placebo, the order of rows. The model it leaves is applied where that is the ``evidence`` that was
    graded.
    """
    repeats = purpose is not Purpose.PLACEBO
    order = digest_bytes(first.read(ORDER_FILE) or b"") if repeats else ""
    alike = purpose in (Purpose.REPEAT, Purpose.FRESH)
    labels = digest_bytes(first.read(CANARIES_FILE) or b"") if alike else ""
    return replace(
        graded,
        key=digest_parts(graded=graded.key, purpose=purpose.value, order=order, labels=labels),
        label=_label(submission, purpose.value),
        threads=first.run.threads,
        purpose=purpose,
        repeats=graded.key if repeats else None,
        applies_model=evidence is Source.MODEL,
    )


def limits_of(assignment: Assignment, options: Options, *, reference_seconds: float | None) -> Limits:
    """Return the assignment's limits, lowered by what was asked on the command line, never raised."""
    wall = assignment.run.timeout_seconds
    if assignment.run.timeout_factor is not None and reference_seconds is not None:
        wall = max(60.0, assignment.run.timeout_factor * reference_seconds)
    memory = assignment.run.memory_bytes
    return Limits(
        wall_seconds=min(wall, options.timeout_seconds or wall),
        memory_bytes=min(memory, options.memory_bytes or memory),
    )


def threads_for(means: Means) -> int:
    """Return the TensorFlow threads of each run: the processors shared fairly, pinned and recorded."""
    return max(1, means.tools.cpus // max(1, means.options.jobs))


def record_of(submission: Submission, ground: Ground) -> dict[str, str]:
    """Return what a result was made from, each named by its content, and the runtime by its name."""
    return {
        "submission": submission.digest,
        "assignment": ground.assignment.version,
        "run_version": ground.assignment.run_version,
        "data": ground.prepared.digest,
        "runtime": ground.runtime.digest,
        "runtime_name": ground.runtime.name,
        "harness": harness_digest(),
    }


def training_label(submission: Submission) -> str:
    """Return what people who watch are told of our own trainings by a submission's recipe."""
    return _label(submission, "recipe")


def _label(submission: Submission, what: str) -> str:
    return f"{submission.student} · {submission.assignment} · {what}"
