"""Valid records with any field overridden, for the tests of measuring."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from grader.measuring.checks import metric, scale
from grader.measuring.checks.architecture import ArchitectureKind
from grader.measuring.checks.claim import ClaimKind
from grader.measuring.checks.figure import FigureKind
from grader.measuring.checks.fit import FitKind
from grader.measuring.checks.graph import GraphKind
from grader.measuring.checks.imports import ImportsKind
from grader.measuring.checks.metric import MetricKind
from grader.measuring.checks.reference import ReferenceKind
from grader.measuring.checks.runs import RunsKind
from grader.measuring.checks.scale import ScaleKind
from grader.measuring.checks.trials import TrialsKind
from grader.measuring.checks.values import ValuesKind
from grader.measuring.evidence.predictions import Chosen, NothingDelivered
from grader.measuring.evidence.trials import Rows
from grader.measuring.judging.facts import Replay, RunFacts
from grader.measuring.metrics import R2, Accuracy, ErrorRate, Mae, NoiseError, Rmse
from grader.model.assignment import (
    Assignment,
    DataSpec,
    DeliverSpec,
    GpuNeed,
    Labels,
    OnClose,
    RunSpec,
    VerdictSpec,
)
from grader.model.check import CheckSpec
from grader.model.evidence import Graph, HarnessReport, Place, ProgramError, Source
from grader.model.message import Text
from grader.model.metric import Baseline, Direction, Measurement, MetricSummary, Rule, Threshold, Unmeasured
from grader.model.run import MemoryGuard, Run, RunStatus
from grader.plugins.interfaces import CheckKind, Metric
from grader.readers.refused import Refused

ALL_SOURCES = (Source.PREDICT, Source.PREDICTIONS, Source.CAPTURED, Source.MODEL)
METRICS: dict[str, Metric] = {m.name: m for m in (ErrorRate(), Accuracy(), NoiseError(), Rmse(), Mae(), R2())}
KINDS: dict[str, CheckKind[Any]] = {
    c.name: c
    for c in (
        MetricKind(),
        ReferenceKind(),
        ScaleKind(),
        ArchitectureKind(),
        RunsKind(),
        FigureKind(),
        FitKind(),
        ClaimKind(),
        ValuesKind(),
        ImportsKind(),
        GraphKind(),
        TrialsKind(),
    )
}


def below(value: float) -> Threshold:
    return Threshold(value=value, direction=Direction.LOWER_IS_BETTER)


def above(value: float) -> Threshold:
    return Threshold(value=value, direction=Direction.HIGHER_IS_BETTER)


def error_check(
    bar: float = 0.05, *, points: int = 6, partial: tuple[tuple[float, int], ...] = ()
) -> metric.Spec:
    return metric.Spec(
        id="error",
        kind="metric",
        points=Decimal(points),
        required=True,
        metric="error_rate",
        below=bar,
        partial=tuple(metric.Tier(below=b, points=Decimal(p)) for b, p in partial),
    )


def scale_check(
    start: float = 0.16, full: float | None = None, *, margin: float = 0.0, points: str = "5"
) -> scale.Spec:
    return scale.Spec(
        id="scale",
        kind="scale",
        points=Decimal(points),
        required=True,
        metric="error_rate",
        start=start,
        full=full,
        margin=margin,
    )


def assignment(
    *checks: CheckSpec,
    runs_max: int = 5,
    sources: tuple[Source, ...] = ALL_SOURCES,
    labels: Labels = Labels.CANARY,
    rule: Rule = Rule.MEAN,
    on_close: OnClose = OnClose.BENEFIT,
) -> Assignment:
    return Assignment(
        slug="digits",
        title=Text("Dígitos", "Digits"),
        points=Decimal(10),
        source="",
        data=DataSpec(dataset="digits", labels=labels),
        run=RunSpec(
            runtime="keras3",
            timeout_seconds=60,
            memory_bytes=2**30,
            gpu=GpuNeed.NONE,
            runs_min=1,
            runs_max=runs_max,
        ),
        deliver=DeliverSpec(sources=sources, predictions=("QP", "y_pred"), model=("model",)),
        checks=checks,
        verdict=VerdictSpec(rule=rule, on_close=on_close),
        version="v",
        run_version="r",
        folder=Path("assignments/digits"),
        reference=None,
    )


def run(status: RunStatus = RunStatus.OK, **changed: Any) -> Run:
    fields: dict[str, Any] = {
        "number": 1,
        "seed": 0,
        "status": status,
        "seconds": 12.5,
        "cpu_seconds": 20.0,
        "peak_memory_bytes": 3 * 2**29,
        "memory_guard": MemoryGuard.CGROUP_V2,
        "threads": 2,
        "exit_code": 0,
    }
    return Run(**(fields | changed))


def report(**changed: Any) -> HarnessReport:
    fields: dict[str, Any] = {
        "finished": True,
        "errors": (),
        "sources": (),
        "ledger": (),
        "fits": (),
        "cells": (),
        "own_seed": False,
        "figures": 0,
        "layers": (),
        "versions": {},
    }
    return HarnessReport(**(fields | changed))


def error(kind: str, text: str, *, traceback: str = "", **place: int) -> ProgramError:
    return ProgramError(type=kind, text=text, place=Place(**place), traceback=traceback)


def chosen(predicted: Sequence[int] = (0, 1)) -> Chosen:
    array = np.asarray(predicted, dtype="int64")
    return Chosen(source=Source.CAPTURED, raw=array, decoded=array)


def counted(metric: str, wrong: int, n: int) -> Measurement:
    value = (n - wrong if metric == "accuracy" else wrong) / n
    return Measurement(metric=metric, value=value, n=n, wrong=wrong)


def run_facts(
    *measured: Measurement | Unmeasured,
    said: HarnessReport | None = None,
    ended: Run | None = None,
    nothing: NothingDelivered | None = None,
    replay: Replay | None = None,
    values: Mapping[str, object] | None = None,
    graph: Graph | None = None,
    trials: Mapping[str, Rows | Refused] | None = None,
) -> RunFacts:
    measurements: Mapping[str, Measurement | Unmeasured] = {m.metric: m for m in measured}
    return RunFacts(
        run=ended or run(),
        report=said or report(),
        delivered=nothing or chosen(),
        measurements=measurements,
        replay=replay,
        values=values or {},
        graph=graph,
        trials=trials or {},
    )


def baseline(metric: str, value: float, *, sd: float | None, n: int = 10_000) -> Baseline:
    summary = MetricSummary(metric=metric, value=value, n=n, values=(value,) * 5, seed_sd=sd)
    return Baseline(summaries=(summary,))
