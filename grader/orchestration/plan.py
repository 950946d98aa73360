"""What still has to run: tasks and the keys their runs are kept under. Pure but for reading our own code."""

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

from grader.datasets.prepare import Prepared, prepare
from grader.model.assignment import Assignment
from grader.model.digest import digest_bytes, digest_parts
from grader.model.run import Limits, Purpose
from grader.model.submission import Submission
from grader.orchestration.tools import Options, Tools
from grader.orchestration.work import CANARIES_FILE, ORDER_FILE, RunTask
from grader.running.workspace import harness_folder
from grader.runtimes.catalogue import Runtime
from grader.storage.run_store import RunStore, StoredRun


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


def make_task(
    submission: Submission,
    assignment: Assignment,
    number: int,
    *,
    prepared: Prepared,
    runtime: Runtime,
    tools: Tools,
    limits: Limits,
    threads: int,
    store: RunStore,
) -> RunTask:
    """Return the task of run ``number``; its key changes when anything the run depends on does.

    Threads and GPU are recorded with the run and are not in the key: a run made with ``-j 2`` stands
    when the next grading is started with ``-j 1``.
    """
    key = digest_parts(
        submission=submission.digest,
        assignment=assignment.run_version,
        slug=assignment.slug,
        data=prepared.digest,
        runtime=[runtime.digest, runtime.environment],
        harness=harness_digest(),
        sandbox=tools.sandbox.name,
        limits=[limits.wall_seconds, limits.memory_bytes],
        number=number,
    )
    return RunTask(
        key=key,
        submission=submission,
        assignment=assignment,
        prepared=prepared,
        runtime=runtime,
        sandbox=tools.sandbox,
        limits=limits,
        number=number,
        threads=threads,
        scratch=store.scratch_path(key, submission.id),
        hidden=_not_to_be_seen(assignment, tools, store),
    )


def _not_to_be_seen(assignment: Assignment, tools: Tools, store: RunStore) -> tuple[Path, ...]:
    """Return what a course keeps to itself: it may lie where the machine's own folders are shown, in /usr."""
    data = () if tools.data_dir is None else (tools.data_dir,)
    ours = (store.folder, tools.cache, Path(tempfile.gettempdir()), Path.home())
    return (assignment.folder.parent.parent, *ours, *data, *tools.private)


def make_audit_task(graded: RunTask, first: StoredRun, purpose: Purpose, *, model: bool) -> RunTask:
    """Return the task of an extra run that tells something about ``first``, the first graded run.

    Seed and threads are the graded run's; so is, but for the placebo, the order of rows. ``model``: the
    predictions come from the model it leaves, so that has to be applied.
    """
    repeats = purpose is not Purpose.PLACEBO
    order = digest_bytes(first.read(ORDER_FILE) or b"") if repeats else ""
    labels = digest_bytes(first.read(CANARIES_FILE) or b"") if purpose is Purpose.REPEAT else ""
    key = digest_parts(graded=graded.key, purpose=purpose.value, order=order, labels=labels)
    return replace(
        graded,
        key=key,
        threads=first.run.threads,
        scratch=graded.scratch.with_name(f"{graded.scratch.name}-{purpose.value}"),
        purpose=purpose,
        first=first.folder if repeats else None,
        applies_model=model,
    )


@cache
def harness_digest() -> str:
    """Return the digest of the code that is sent inside: other evidence needs another run."""
    folder: Path = harness_folder()
    files = sorted(folder.rglob("*.py"))
    return digest_parts(**{str(f.relative_to(folder)): digest_bytes(f.read_bytes()) for f in files})


def record_of(
    submission: Submission, assignment: Assignment, *, prepared: Prepared, runtime: Runtime
) -> dict[str, str]:
    """Return what a result was made from, each named by its content, and the runtime by its name."""
    return {
        "submission": submission.digest,
        "assignment": assignment.version,
        "run_version": assignment.run_version,
        "data": prepared.digest,
        "runtime": runtime.digest,
        "runtime_name": runtime.name,
        "harness": harness_digest(),
    }


def prepare_data(assignment: Assignment, runtime: Runtime, tools: Tools) -> Prepared:
    """Return the assignment's dataset, ready to be served.

    Raises:
        DataMissing: it is not on this machine.
    """
    digits = runtime.site_packages_here / "sklearn" / "datasets" / "data" / "digits.csv.gz"
    return prepare(
        assignment.data.dataset,
        data_dir=tools.data_dir,
        cache=tools.cache,
        extra={"digits.csv.gz": digits},
    )


def threads_for(tools: Tools, jobs: int) -> int:
    """Return the TensorFlow threads of each run: the processors shared fairly, pinned and recorded."""
    return max(1, tools.cpus // max(1, jobs))
