"""Results: what one grading says about every submission and keeps; pages and exports are written from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

from grader.model.assurance import Assurance, MadeAgain, Origin
from grader.model.check import CheckResult
from grader.model.evidence import Fit, LedgerEntry, ProgramError, Source
from grader.model.message import Message
from grader.model.metric import MetricSummary, Paired
from grader.model.run import Conditions, Run
from grader.model.shown import Shown
from grader.model.submission import Finding, SubmittedFile


class Status(Enum):
    """Whether a submission was graded at all."""

    GRADED = "graded"
    NOT_GRADED = "not_graded"


class Verdict(Enum):
    """The worst of the required checks."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"


class Reason(Enum):
    """Why a submission was not graded, or graded as failed without a measurement."""

    INFRASTRUCTURE = "infrastructure"
    DATA_MISSING = "data_missing"
    UNREADABLE = "unreadable"
    NOTHING_DELIVERED = "nothing_delivered"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """One run with what was measured on it.

    ``key`` is the name it is kept under, ``predictions`` the digest of what it answered. Of a training that
    we made by the recipe, ``origin`` says so, and it is numbered among those.
    """

    run: Run
    metrics: Mapping[str, float]
    fits: tuple[Fit, ...] = ()
    errors: tuple[ProgramError, ...] = ()
    key: str = ""
    predictions: str | None = None
    conditions: Conditions | None = None
    origin: Origin = Origin.PROGRAM


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the student states about one metric, a share of rows, and where (``mlp2.py:38``).

    ``printed``: only the graded run prints it, where some test labels are changed.
    """

    metric: str
    value: float
    where: str
    printed: bool = False


class AuditOutcome(Enum):
    """What an audit by extra runs came to. OPEN: one more run has to say."""

    CLEAR = "clear"
    FOUND = "found"
    UNDECIDED = "undecided"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditResult:
    """One audit that took runs of its own: what it says, and the processor time it cost."""

    audit: str
    outcome: AuditOutcome
    message: Message
    cpu_seconds: float
    p_value: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelLayer:
    """One layer of a model file: its name, its class, and how many numbers its weights are."""

    name: str
    kind: str
    parameters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTable:
    """The layers of the model file, models inside spread out; ``parameters`` are all of the file's.

    Names and classes are what the file says; the parameters were counted in sandbox B from the shapes of
    its arrays.
    """

    parameters: int
    layers: tuple[ModelLayer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeTold:
    """What became of a program's recipe.

    ``runs`` are our trainings by it, and ``beside`` how what was delivered stands beside them, by metric;
    ``decides``: the metrics are those of our trainings. ``why`` says why there is no recipe, or why it
    could not be trained again; ``avoidable``: the program could have had one.
    """

    runs: tuple[RunResult, ...] = ()
    beside: tuple[MadeAgain, ...] = ()
    decides: bool = False
    why: Message | None = None
    avoidable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionResult:
    """All that is known of one submission after grading. Every submission received has one."""

    id: str
    student: str
    assignment: str
    attempt: int
    files: tuple[SubmittedFile, ...]
    main: str
    status: Status
    verdict: Verdict | None
    reason: Reason | None
    reason_message: Message | None
    """One or two sentences: what happened, where, what to try. Set where there is a ``reason``."""
    points: Decimal | None
    """None for what was not graded, and for nothing else."""
    max_points: Decimal
    evidence: Source | None
    runs: tuple[RunResult, ...]
    metrics: tuple[MetricSummary, ...]
    reference: tuple[MetricSummary, ...]
    checks: tuple[CheckResult, ...]
    findings: tuple[Finding, ...]
    ledger: tuple[LedgerEntry, ...]
    shown: Shown
    """What a page shows beside, and results.json does not keep."""
    report: str | None
    """The page's path below the reports folder."""
    log: str | None
    record: Mapping[str, str]
    """Digests and versions needed to repeat the result."""
    claimed: Claim | None = None
    paired: Paired | None = None
    """The first run against one of the reference's, on the same test rows; decides nothing."""
    audits: tuple[AuditResult, ...] = ()
    model: ModelTable | None = None
    """The layer table of the model file, where one was looked at."""
    certificate: str | None = None
    """The certificate's path below the reports folder; only what was graded has one."""
    handed_in: str = ""
    """Where the main file lies below the folder of submissions; empty where nobody knows."""
    assurance: Assurance | None = None
    """The weakest among the checks that earned points."""
    recipe: RecipeTold | None = None
    """What became of its recipe; None where none was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The machine a grading ran on."""

    cpus: int
    gpus: tuple[str, ...]
    sandbox: str
    memory_limit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grading:
    """One grading of one course: every submission, with the machine and the times."""

    grader: str
    course: str
    started: datetime
    finished: datetime
    machine: Machine
    titles: Mapping[str, Message]
    submissions: tuple[SubmissionResult, ...]
