"""What a check may look at: everything known of one submission's graded runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.measuring.claims.statements import Statement
from grader.measuring.evidence.predictions import Chosen, NothingDelivered
from grader.measuring.evidence.trials import Rows
from grader.model.assignment import Assignment
from grader.model.evidence import Graph, HarnessReport
from grader.model.message import Message
from grader.model.metric import Baseline, Measurement, MetricSummary, Unmeasured
from grader.model.run import Run
from grader.plugins.interfaces import CheckKind, Metric
from grader.readers.refused import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What came of tying the model file to the graded predictions.

    ``layers`` are the class names in the model file (None: no file, or it was refused); ``custom`` the
    classes that the file does not spell out; ``agreement`` the share of graded rows that the model
    reproduces from raw inputs (None: not replayed); ``why`` says what is missing.
    """

    layers: tuple[str, ...] | None = None
    custom: tuple[str, ...] = ()
    agreement: float | None = None
    why: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunFacts:
    """One graded run: how it ended, what its harness said, what it delivered, what was measured on it.

    ``values`` are the variables that a check asked for, by name: a plain value, or :class:`Refused` with the
    reason. ``replay`` is how its model stands to what it delivered, where the assignment asks for a model;
    ``graph`` how the model says that it is built, where a check asks for that. ``trials`` are the tables of
    searches that a check asked for, by name of the variable.
    """

    run: Run
    report: HarnessReport
    delivered: Chosen | NothingDelivered
    measurements: Mapping[str, Measurement | Unmeasured]
    values: Mapping[str, object] = field(default_factory=dict)
    replay: Replay | None = None
    graph: Graph | None = None
    trials: Mapping[str, Rows | Refused] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Facts:
    """All that the checks of one submission are answered from.

    ``metrics`` and ``kinds`` (of check) are those there are, by name. ``summaries`` are over the runs that
    delivered; a metric that could not be measured is in ``unmeasured`` instead. ``copied`` is set when the
    program repeats served test labels, ``doubted`` when an audit showed that its answers rest on something
    other than what it learnt in the run; ``stated`` is the figure that the student claims, if any;
    ``repeats_itself``: runs with other seeds came out the same, bit for bit, and count once. ``retrained``:
    the summaries are over our own trainings by the program's recipe, and ``layers`` are the classes of those
    of the model that was trained then (None: it has none). ``waits`` says why there is no recipe where the
    assignment requires one: what is earned by a metric then waits for a person.
    """

    assignment: Assignment
    runs: tuple[RunFacts, ...]
    metrics: Mapping[str, Metric]
    kinds: Mapping[str, CheckKind[Any]]
    summaries: Mapping[str, MetricSummary]
    unmeasured: Mapping[str, Unmeasured]
    baseline: Baseline | None = None
    copied: Message | None = None
    doubted: Message | None = None
    stated: Statement | None = None
    repeats_itself: bool = False
    retrained: bool = False
    layers: tuple[str, ...] | None = None
    waits: Message | None = None
