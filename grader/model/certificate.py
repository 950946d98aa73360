"""Certificates: what is needed to make a graded result again, and what came of trying to.

A certificate says nothing that a student may not know: no order of rows, no canary, no label.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from grader.model.assurance import Assurance
from grader.model.check import Outcome
from grader.model.evidence import Source
from grader.model.metric import MetricSummary
from grader.model.result import AuditOutcome, Reason, Verdict
from grader.model.run import Conditions, MemoryGuard, RunStatus

CERTIFICATE_SCHEMA = "grader/certificate/v1"
DIGESTS = ("submission", "assignment", "run_version", "data", "runtime", "harness")
"""What is named by its content: the submission; the assignment with its checks, and the part of it that a
run depends on; the dataset; the lock of the runtime; the code that is sent inside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertifiedFile:
    """One file of the submission, as it was received."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CertifiedRun:
    """One run: how it was made, and what was measured on it.

    ``key`` is the name it is kept under; ``predictions`` digests the decoded predictions in the dataset's own
    order, None where none were taken.
    """

    number: int
    seed: int
    threads: int
    status: RunStatus
    metrics: Mapping[str, float]
    predictions: str | None
    key: str
    memory_guard: MemoryGuard
    conditions: Conditions | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertifiedTraining:
    """One of our own trainings by the program's recipe: its seed, and what was measured on it."""

    seed: int
    metrics: Mapping[str, float]
    predictions: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertifiedCheck:
    """One check with what came of it."""

    id: str
    outcome: Outcome
    points: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """What binds a certificate to the course that made it, and so all that it says to whom it names.

    ``key`` says which key made the ``mark``; ``digest`` is of everything else that the document says.
    """

    key: str
    mark: str
    digest: str = field(compare=False)


class Bound(Enum):
    """What a certificate's mark proves here."""

    PROVED = "proved"
    """It is this course's, and nothing was changed since."""
    UNBOUND = "unbound"
    """There is none: an older certificate, or somebody took it off."""
    NO_KEY = "no_key"
    """The key of the course is not here."""
    OTHER_KEY = "other_key"
    """Another key made it than the one of the course here."""
    BROKEN = "broken"
    """What the certificate says was changed after it was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """One graded result, and what it was made from."""

    grader: str
    course: str
    student: str
    id: str
    assignment: str
    attempt: int
    main: str
    files: tuple[CertifiedFile, ...]
    digests: Mapping[str, str]
    """By the names in ``DIGESTS``."""
    runtime: str
    versions: Mapping[str, str]
    """Python, TensorFlow, Keras …, as the submission's process named them."""
    sandbox: str
    verdict: Verdict | None
    reason: Reason | None
    points: Decimal | None
    max_points: Decimal
    evidence: Source | None
    runs: tuple[CertifiedRun, ...]
    metrics: tuple[MetricSummary, ...]
    reference: Mapping[str, float]
    """What the reference solution measured, by metric."""
    checks: tuple[CertifiedCheck, ...]
    audits: Mapping[str, AuditOutcome]
    trainings: tuple[CertifiedTraining, ...] = ()
    """Our own, by the program's recipe; none where there is none."""
    assurance: Assurance | None = None
    binding: Binding | None = None
    """None of a certificate that was made before there were any."""


class Answer(Enum):
    """What came of making a certified result again."""

    SAME = "same"
    WITHIN_NOISE = "within_noise"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is not as the certificate has it; ``what`` is a key of the catalogue below ``verify.``.

    ``name`` says which of its kind: a file, a metric, a check, a run's number. None: it is not there.
    """

    what: str
    name: str
    certified: str | None
    now: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricPair:
    """One metric in the certificate and now: the means, and by how much noise lets them differ.

    ``allowed`` is None where nothing is known of the spread from run to run.
    """

    metric: str
    counts_rows: bool
    certified: float
    now: float
    spread: float | None
    allowed: float | None

    @property
    def within(self) -> bool:
        """Whether the means are equal, or no further apart than noise explains."""
        apart = abs(self.now - self.certified)
        return apart == 0 or (self.allowed is not None and apart <= self.allowed)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPair:
    """One run in the certificate and now. ``repeated``: order, canaries and training rows were the same."""

    certified: CertifiedRun
    now: CertifiedRun
    repeated: bool

    @property
    def same(self) -> bool:
        """Whether it ended, answered and measured exactly alike."""
        then, now = self.certified, self.now
        return (then.status, then.predictions, dict(then.metrics)) == (
            now.status,
            now.predictions,
            dict(now.metrics),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What came of making one certified result again.

    ``differences`` decide the answer; ``conditions`` are told beside it: another version, processor, lock.
    Without ``now`` nothing was run: the submission itself is another, or the certificate was changed.
    """

    certificate: Certificate
    now: Certificate | None
    answer: Answer
    differences: tuple[Difference, ...]
    conditions: tuple[Difference, ...]
    bound: Bound
    runs: tuple[RunPair, ...] = ()
    metrics: tuple[MetricPair, ...] = ()
    shares: frozenset[str] = frozenset()
    """Metrics that are shares of rows."""
    audits_made: tuple[str, ...] = ()
    audits_not_made: tuple[str, ...] = ()
