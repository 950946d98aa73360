"""Runs: one execution of one submission; and the jobs that ask for one."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from grader.model.ask import Ask
from grader.model.message import Message
from grader.model.retrained import Retraining
from grader.model.submission import FileKind


class RunStatus(Enum):
    """How a run ended, measured from outside; what we could not run is :class:`NotRun`."""

    OK = "ok"
    ERROR = "error"
    CRASH = "crash"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    PROCESSES = "processes"
    DISK = "disk"
    OUTPUT = "output"
    KERNEL_DIED = "kernel_died"


class Purpose(Enum):
    """What a run is made for: to be graded, or to tell something about the graded one.

    PAIR: same seed and order, every test label wrong. REPEAT: the very same once more. PLACEBO: wrong
    training labels. FRESH: the very same, its test rows a little moved.
    """

    GRADED = "graded"
    PAIR = "pair"
    REPEAT = "repeat"
    PLACEBO = "placebo"
    FRESH = "fresh"


class MemoryGuard(Enum):
    """Which mechanism held the memory limit."""

    CGROUP_V2 = "cgroup-v2"
    CGROUP_V1 = "cgroup-v1"
    WATCHDOG = "watchdog"
    NONE = "none"


class Cold(Enum):
    """Why a run that could have been started warm was started cold."""

    GPU = "gpu"
    ENVIRONMENT = "environment"
    MODULE = "module"
    DOUBT = "doubt"


MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one run may use; crossing one ends the run with its own status."""

    wall_seconds: float
    memory_bytes: int
    cpu_seconds: float | None = None
    processes: int = 512
    disk_bytes: int = 512 * MIB
    """Size of each writable tmpfs inside the sandbox."""
    files: int = 20_000
    output_kept_bytes: int = 1 * MIB
    output_killed_bytes: int = 64 * MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind:
    """A folder or file of this machine, shown read-only at ``target`` inside the sandbox."""

    source: Path
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A file to collect from ``/out`` once everything inside is dead, up to ``max_bytes``."""

    name: str
    max_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A file that was there but is not taken: a link, a device, too large. ``why`` is a catalogue key."""

    name: str
    why: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmStart:
    """How a command could be started in a process that has its libraries already.

    ``modules`` are loaded before; the binds ``standing`` are the same for every run of the runtime, all
    others are the run's own. ``unless`` is why this program must be started cold all the same.
    """

    modules: tuple[str, ...]
    standing: tuple[Bind, ...]
    unless: Cold | None = None
    names: frozenset[str] = frozenset()
    """The modules that the program brings itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxCommand:
    """What a sandbox is asked to run.

    Inside: ``/out`` and ``/tmp`` are writable tmpfs, ``/submission`` is a writable tmpfs and the working
    directory, everything in ``binds`` is read-only. Collected files are written into ``into``.
    ``rows_on_request`` is sent once over the control channel when the program asks for it. The folders of
    this machine in ``hidden`` stay empty inside, wherever they would be seen.
    """

    argv: tuple[str, ...]
    binds: tuple[Bind, ...]
    environment: tuple[tuple[str, str], ...]
    limits: Limits
    wanted: tuple[Wanted, ...]
    into: Path
    slot: int = 0
    gpu: int | None = None
    rows_on_request: Path | None = None
    hidden: tuple[Path, ...] = ()
    told: bytes = b""
    """Sent with the word to start: what the harness is told that no file and no variable may say."""
    heard: Callable[[bytes], None] | None = None
    """Told each piece of the output that is kept, as it comes, where the sandbox can."""
    warm: WarmStart | None = None
    """None: nothing is known that could be loaded before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxOutcome:
    """How a command in a sandbox ended, all of it measured from outside.

    ``status`` is OK for exit status 0, ERROR for another exit status, CRASH for death by a signal of the
    program's own making, else the limit that was crossed.
    """

    status: RunStatus
    exit_code: int | None
    signal: int | None
    seconds: float
    cpu_seconds: float
    peak_memory_bytes: int
    memory_guard: MemoryGuard
    output: bytes
    """Standard output and error as they came, the first ``Limits.output_kept_bytes``."""
    output_dropped: int
    collected: tuple[str, ...]
    refused: tuple[Refusal, ...]
    rows_sent: bool
    starved_seconds: float = 0.0
    """How long it was kept from its processors by others on this machine; never by itself."""
    warm: bool = False
    """Whether its libraries were loaded before it was started."""
    cold: Cold | None = None
    """Why they were not, where they could have been."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedFile:
    """A file of the submission as the sandbox will see it."""

    source: Path
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunJob:
    """One run to be made. It carries the student's files and the limits: no labels, no solution."""

    files: tuple[StagedFile, ...]
    main: str
    kind: FileKind
    number: int
    seed: int
    threads: int
    python: Path
    runtime_binds: tuple[Bind, ...]
    runtime_environment: tuple[tuple[str, str], ...]
    served: Path
    """The served copy of the dataset, shown inside as ``/data``."""
    rows_on_request: Path | None
    asks: tuple[Ask, ...]
    """What to bring back beside the record; what is not asked for is not taken."""
    limits: Limits
    folder: Path
    """Where collected files go; the caller publishes it when it is complete."""
    slot: int = 0
    gpu: int | None = None
    hidden: tuple[Path, ...] = ()
    """Folders of the course and of the grader, not to be seen inside wherever they lie."""
    most_epochs: int | None = None
    """After so many epochs a model of Keras sees one batch of each, and its program nothing of it."""
    wrong_targets: bool = False
    """Training is given the targets of other rows: the placebo of data typed into the program."""
    joins_batches: bool = False
    """Keras may train an epoch in one call where nothing looks at single batches: the same bits, sooner."""
    heard: Callable[[bytes], None] | None = None
    """Told each piece of what the program prints, as it comes; nothing that is said there is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictJob:
    """Ask the second sandbox what ``model`` predicts for ``rows``; nothing of the submission is there."""

    model: Path
    rows: Path
    """An ``.npy`` file of flat rows, in an order that only we know."""
    python: Path
    runtime_binds: tuple[Bind, ...]
    runtime_environment: tuple[tuple[str, str], ...]
    threads: int
    limits: Limits
    folder: Path
    slot: int = 0
    gpu: int | None = None
    hidden: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrainJob:
    """Train ``recipe`` anew in a sandbox of its own; nothing of the submission is there but that."""

    recipe: str
    """The recipe as JSON, written by us."""
    rows: Path
    """A folder with ``x_train.npy``, ``y_train.npy`` and, in an order that only we know, ``x_test.npy``."""
    classes: bool
    """Whether labels are classes, else values."""
    trainings: tuple[Retraining, ...]
    python: Path
    runtime_binds: tuple[Bind, ...]
    runtime_environment: tuple[tuple[str, str], ...]
    threads: int
    limits: Limits
    folder: Path
    slot: int = 0
    gpu: int | None = None
    hidden: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution of one submission, measured from outside."""

    number: int
    seed: int
    status: RunStatus
    seconds: float
    cpu_seconds: float
    peak_memory_bytes: int
    memory_guard: MemoryGuard
    threads: int
    gpu: str | None = None
    signal: int | None = None
    exit_code: int | None = None
    output_dropped: int = 0
    warm: bool = False
    """Whether its libraries were loaded before it was started."""
    cold: Cold | None = None
    """Why they were not, where warm starts were asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What a run was made under, noted beside it: what else may move its numbers, and its limits."""

    processor: str
    cores: int
    gpu: str | None
    """The model of the GPU that was lent."""
    wall_seconds: float
    memory_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOutput:
    """What a run left behind: its record, and its files in ``folder``."""

    run: Run
    folder: Path
    files: tuple[str, ...]
    refused: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRun:
    """The run could not be made, by our fault or the machine's; becomes "not graded"."""

    reason: Message
    again: bool = False
    """Tried again, it may well come out otherwise: nothing is wrong but that the machine was busy."""
