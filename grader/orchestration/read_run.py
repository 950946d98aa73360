"""Reads one kept run: what it delivered, decoded into the dataset's own order, and what it measures."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from grader.datasets.prepare import Prepared
from grader.measuring.evidence.graph import read_graph
from grader.measuring.evidence.predictions import Chosen, choose_predictions
from grader.measuring.evidence.report import read_harness_report
from grader.measuring.evidence.trials import read_trials
from grader.measuring.evidence.values import read_values
from grader.measuring.judging.facts import RunFacts
from grader.measuring.judging.measure import measure, metrics_wanted
from grader.model.assignment import Assignment
from grader.model.digest import digest_bytes, digest_parts
from grader.model.errors import StorageError
from grader.model.evidence import HarnessReport, Source, SourceState
from grader.model.metric import Unmeasured
from grader.model.run import Run, RunStatus
from grader.model.submission import FileKind
from grader.orchestration.means import Tools
from grader.orchestration.replay import model_candidate, model_trouble, replay_of
from grader.storage.run_files import ORDER_FILE
from grader.storage.run_store import StoredRun
from grader.words import say

if TYPE_CHECKING:
    import numpy as np

    from grader.model.metric import Measurement


_AS_IT_ARISES = (Source.PREDICTIONS, Source.CAPTURED)
"""What the harness leaves while a program runs; the other sources are taken when it has ended."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunRead:
    """One kept run with what was read out of it; ``own`` is decoded, in the dataset's own row order."""

    stored: StoredRun
    facts: RunFacts
    order: "np.ndarray[Any, Any]"
    own: "np.ndarray[Any, Any] | None"


def read_run(
    stored: StoredRun,
    assignment: Assignment,
    *,
    prepared: Prepared,
    kind: FileKind,
    labels: "np.ndarray[Any, Any]",
    tools: Tools,
) -> RunRead:
    """Return what ``stored`` shows; ``labels`` are the true ones, in the dataset's own order."""
    import numpy as np

    report = read_harness_report(stored.read("report.json"), stored.read("cells.jsonl"))
    order = array_of_ours(stored.read(ORDER_FILE))
    classes = len(prepared.dataset.classes) or None
    taken = {
        Source.PREDICT: stored.read("predict.npy"),
        Source.PREDICTIONS: stored.read("predictions.npy"),
        Source.CAPTURED: stored.read("captured.npy"),
        Source.MODEL: model_candidate(stored),
    }
    delivered = choose_predictions(
        assignment,
        candidates=taken if report.finished else _as_it_arose(taken, report),
        report=report,
        rows=len(labels),
        classes=classes,
        columns=labels.shape[1] if labels.ndim > 1 else 1,
        refusals=stored.refused,
        known=model_trouble(stored) if report.finished else {},
    )
    own = None
    measurements: dict[str, Measurement | Unmeasured] = {}
    if isinstance(delivered, Chosen):
        own = np.empty_like(delivered.decoded)
        own[order] = delivered.decoded
        wanted = metrics_wanted(assignment.checks, tools.checks)
        measurements = (
            measure(
                [tools.metrics[name] for name in wanted],
                predicted={g: own[a:b] for g, (a, b) in prepared.groups.items()},
                truth={g: labels[a:b] for g, (a, b) in prepared.groups.items()},
            )
            if prepared.labels_known
            else {name: Unmeasured(metric=name, reason=say("not-measured-here")) for name in wanted}
        )
    facts = RunFacts(
        run=_run_as_seen(stored.run, report, kind),
        report=report,
        delivered=delivered,
        measurements=measurements,
        values=read_values(_of_names(stored, "values.json", report), _names("values", assignment)),
        trials=read_trials(_of_names(stored, "trials.json", report), _names("trials", assignment)),
        graph=read_graph(stored.read("graph.json") if report.finished else None),
        replay=replay_of(stored, delivered, report.target_values, classes=classes),
    )
    return RunRead(stored=stored, facts=facts, order=order, own=own)


def _as_it_arose(
    taken: Mapping[Source, bytes | None], report: HarnessReport
) -> Mapping[Source, bytes | None]:
    """Return what a run left that did not finish: what its unfinished report speaks of.

    Arrays beside no report were not taken by the harness.
    """
    states = {source: report.source(source).state for source in _AS_IT_ARISES}
    return {source: taken[source] for source, state in states.items() if state is SourceState.OK}


def _names(kind: str, assignment: Assignment) -> tuple[str, ...]:
    """Return the names of variables that checks asked for."""
    return next((ask.names for ask in assignment.asks if ask.kind == kind), ())


def _of_names(stored: StoredRun, file: str, report: HarnessReport) -> bytes | None:
    """Return what variables held; what a run left that did not finish was not taken by us."""
    return stored.read(file) if report.finished else None


def array_of_ours(content: bytes | None) -> "np.ndarray[Any, Any]":
    """Return an array of our own making; anything else there is our mistake."""
    import numpy as np

    if content is None:
        raise StorageError(say("storage-write-failed", folder="run", problem=ORDER_FILE))
    array: np.ndarray[Any, Any] = np.load(io.BytesIO(content), allow_pickle=False)
    return array


def digest_of_answers(own: "np.ndarray[Any, Any]") -> str:
    """Return one digest of decoded predictions; equal exactly when every one is, to the last bit."""
    return digest_parts(kind=own.dtype.str, rows=len(own), content=digest_bytes(own.tobytes()))


def _run_as_seen(run: Run, report: HarnessReport, kind: FileKind) -> Run:
    """Return the run with what only the report can tell: a caught error, a kernel that died in a cell.

    The submission's own word may lower how a run ended, never raise it.
    """
    if run.status not in (RunStatus.OK, RunStatus.ERROR):
        return run
    if not report.finished and kind is FileKind.NOTEBOOK:
        return replace(run, status=RunStatus.KERNEL_DIED)
    if report.errors and run.status is RunStatus.OK:
        return replace(run, status=RunStatus.ERROR)
    return run
