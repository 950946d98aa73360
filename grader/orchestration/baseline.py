"""The reference solution down the same road: its record, kept beside it, or one run made now."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from grader.coursefiles.find_submissions import read_single
from grader.datasets.prepare import Prepared
from grader.model.assignment import Assignment, VerdictSpec
from grader.model.errors import CourseError
from grader.model.evidence import Fit
from grader.model.message import Message
from grader.model.metric import Baseline, MetricSummary, Rule
from grader.model.result import RunResult, Status
from grader.model.run import NotRun, Run, RunStatus
from grader.model.submission import Submission
from grader.orchestration.assess import Assessed, Reference, assess
from grader.orchestration.make_runs import Grader, make_runs
from grader.orchestration.plan import limits_of, make_task, threads_for
from grader.orchestration.reference_rows import decode_rows, encode_rows
from grader.runtimes.catalogue import Runtime
from grader.storage.run_store import StoredRun, write_whole
from grader.words import say

RECORD_SCHEMA = "grader/reference/v1"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReferenceRuns:
    """The reference's runs, judged like anyone's."""

    submission: Submission
    assessed: Assessed


def reference_of(
    assignment: Assignment, *, prepared: Prepared, runtime: Runtime, grader: Grader
) -> Reference | NotRun:
    """Return what is known of the reference: its calibration record, else one run, made now and kept."""
    if assignment.reference is None:
        return Reference()
    submission = _submission(assignment, grader)
    recorded = _read_record(assignment, submission, prepared)
    if recorded is not None:
        return recorded
    ran = run_reference(assignment, 1, prepared=prepared, runtime=runtime, grader=grader)
    return ran if isinstance(ran, NotRun) else _from_runs(ran)


def run_reference(
    assignment: Assignment,
    runs: int,
    *,
    prepared: Prepared,
    runtime: Runtime,
    grader: Grader,
    what: Message | None = None,
) -> ReferenceRuns | NotRun:
    """Run the reference solution ``runs`` times (kept runs are not made again) and judge it.

    It is told by the mean of its runs, whatever the assignment's rule.

    Raises:
        CourseError: the assignment has no reference solution, or it delivers nothing.
    """
    submission = _submission(assignment, grader)
    tasks = [
        make_task(
            submission,
            assignment,
            number,
            prepared=prepared,
            runtime=runtime,
            tools=grader.tools,
            limits=limits_of(assignment, grader.options, reference_seconds=None),
            threads=threads_for(grader.tools, grader.options.jobs),
            store=grader.store,
        )
        for number in range(1, runs + 1)
    ]
    kept = {task.key: run for task in tasks if (run := grader.store.load(task.key)) is not None}
    missing = [task for task in tasks if task.key not in kept]
    lost: dict[str, Message] = {}
    if missing:
        kept.update(make_runs(missing, grader, what or say("progress.reference"), lost))
    if lost:
        return NotRun(reason=next(iter(lost.values())))
    stored: Sequence[StoredRun] = [kept[task.key] for task in tasks]
    assessed = assess(
        submission,
        replace(assignment, verdict=VerdictSpec()),
        stored,
        prepared=prepared,
        tools=grader.tools,
        reference=Reference(),
        record={},
    )
    if not assessed.result.metrics:
        reason = assessed.result.reason_message or say("run-not-made-yet")
        raise CourseError(say("reference-solution-not-measured", name=assignment.slug, problem=reason))
    return ReferenceRuns(submission=submission, assessed=assessed)


def write_reference_record(
    assignment: Assignment, ran: ReferenceRuns, prepared: Prepared, runtime: Runtime
) -> Path:
    """Keep the reference's measurements beside its solution and return the record's path.

    Raises:
        StorageError: it could not be written.
    """
    reference = _from_runs(ran)
    runs = ran.assessed.result.runs
    record = {
        "schema": RECORD_SCHEMA,
        "assignment": assignment.slug,
        "solution": ran.submission.digest,
        "run_version": assignment.run_version,
        "data": prepared.digest,
        "runtime": runtime.digest,
        "threads": runs[0].run.threads,
        "seconds": reference.seconds,
        "cpu_seconds": [one.run.cpu_seconds for one in runs],
        "metrics": [_summary_record(summary) for summary in ran.assessed.result.metrics],
        "rows": encode_rows(ran.assessed.answers),
        "fits": [_fit_record(fit) for fit in reference.fits],
    }
    path = _record_path(assignment)
    write_whole(path, json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    return path


def _submission(assignment: Assignment, grader: Grader) -> Submission:
    if assignment.reference is None:
        raise CourseError(say("reference-solution-missing", name=assignment.slug))
    read = read_single(assignment.reference, assignment.slug, student="reference", intake=grader.store.intake)
    if not isinstance(read, Submission):
        raise CourseError(
            say("reference-solution-not-measured", name=assignment.slug, problem=read.finding.message)
        )
    return read


def _record_path(assignment: Assignment) -> Path:
    if assignment.reference is None:
        raise CourseError(say("reference-solution-missing", name=assignment.slug))
    return assignment.reference.parent / "record.json"


def _read_record(assignment: Assignment, submission: Submission, prepared: Prepared) -> Reference | None:
    """Return the kept record if it is of this solution, these run settings and these data."""
    try:
        record = json.loads(_record_path(assignment).read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    named = (record.get("solution"), record.get("run_version"), record.get("data"))
    if record.get("schema") != RECORD_SCHEMA or named != (
        submission.digest,
        assignment.run_version,
        prepared.digest,
    ):
        return None
    return Reference(
        baseline=Baseline(summaries=tuple(_summary(one) for one in record["metrics"])),
        fits=tuple(_fit(one) for one in record["fits"]),
        seconds=record["seconds"],
        answers=decode_rows(record.get("rows")),
    )


def _from_runs(ran: ReferenceRuns) -> Reference:
    runs = ran.assessed.result.runs
    return Reference(
        baseline=Baseline(summaries=ran.assessed.result.metrics),
        fits=_last_fit(runs[0]),
        seconds=max(seconds_alone(one.run) for one in runs),
        answers=ran.assessed.answers,
    )


def seconds_alone(run: Run) -> float:
    """Return how long ``run`` takes on a machine of its own: estimates and limits are made from it.

    A busy machine stretches the clock, not the processor time; on a GPU the processor waits, so there the
    clock counts.
    """
    return run.seconds if run.gpu is not None else min(run.seconds, run.cpu_seconds)


def _last_fit(run: RunResult) -> tuple[Fit, ...]:
    return run.fits[-1:]


def _summary_record(summary: MetricSummary) -> dict[str, Any]:
    return {**asdict(summary), "rule": summary.rule.value}


def _summary(record: Mapping[str, Any]) -> MetricSummary:
    known = {**record, "values": tuple(record["values"])}
    return MetricSummary(**{**known, "rule": Rule(record.get("rule", "mean"))})


def _fit_record(fit: Fit) -> dict[str, Any]:
    return {
        "epochs": fit.epochs,
        "seconds": round(fit.seconds, 2),
        "history": {name: [round(v, 6) for v in values] for name, values in fit.history.items()},
        "on_test_rows": fit.on_test_rows,
    }


def _fit(record: Mapping[str, Any]) -> Fit:
    history = {name: tuple(values) for name, values in record["history"].items()}
    return Fit(**{**record, "history": history})


def ended_well(ran: ReferenceRuns) -> bool:
    """Return whether every run of the reference ended by itself without an error."""
    result = ran.assessed.result
    return result.status is Status.GRADED and all(r.run.status is RunStatus.OK for r in result.runs)
