"""Orders and answers: what leaves a grading to be run, and what comes back, all of it named by content.

An order holds no path, no open file and no live object: whoever has the bytes that its digests name, and the
runtime and the sandbox of its names, makes the same run of it, on this machine or on another.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.model.ask import Ask
from grader.model.assignment import Labels
from grader.model.retrained import Retraining
from grader.model.run import Limits, Purpose, Refusal, Run
from grader.model.submission import FileKind


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedFile:
    """A file of the submission as it is staged: its name, and the digest of the bytes that are run."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedData:
    """The data to be served: a dataset at one content, and what its served test labels hold.

    ``fails_at`` is an error rate that earns nothing: copied labels must be at least so wrong. ``own``: a
    course brings the data, and the worker has them prepared under that content; the true labels of rows whose
    labels are hidden have no part in it, and no worker needs them.
    """

    dataset: str
    sha256: str
    labels: Labels
    fails_at: float
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOrder:
    """One run to be made of one submission; ``key`` names it in the store.

    ``repeats`` is the key of the graded run whose order of rows (and labels, and training rows) is served
    again. ``applies_model``: the model that the run leaves is applied to the graded rows in a sandbox of its
    own. ``joins_batches``: Keras may train an epoch in one call where nothing looks at single batches.
    ``label`` is what people who watch are told.
    """

    key: str
    label: str
    files: tuple[OrderedFile, ...]
    main: str
    kind: FileKind
    data: OrderedData
    runtime: str
    runtime_sha256: str
    harness_sha256: str
    sandbox: str
    limits: Limits
    asks: tuple[Ask, ...]
    number: int
    threads: int
    wants_gpu: bool
    backend: str = ""
    purpose: Purpose = Purpose.GRADED
    repeats: str | None = None
    applies_model: bool = True
    joins_batches: bool = False

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrainOrder:
    """Trainings of one recipe to be made, in one sandbox; ``key`` names them in the store.

    ``recipe`` is its JSON as the grader wrote it: the recipe was read out of a run, and no file of the
    submission goes with it.
    """

    key: str
    label: str
    recipe: str
    data: OrderedData
    runtime: str
    runtime_sha256: str
    harness_sha256: str
    sandbox: str
    limits: Limits
    trainings: tuple[Retraining, ...]
    threads: int
    wants_gpu: bool
    backend: str = ""

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place to run in: its number names the sandbox's user; ``gpu`` is lent with it."""

    number: int
    gpu: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftFile:
    """A file of a finished run."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAnswer:
    """What came of an order: the run's record and a manifest of its files.

    A worker on this machine leaves the files in the store's scratch folder of ``key``; a distant one sends
    the bytes that the manifest names.
    """

    key: str
    run: Run
    refused: tuple[Refusal, ...]
    files: tuple[LeftFile, ...]
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What is known besides: the second sandbox's answer, the data served, the conditions."""
