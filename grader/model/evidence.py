"""Evidence: where the graded predictions were taken from, and what the harness saw.

Everything in :class:`HarnessReport` was written inside the sandbox, by a process it shares with the
submission. It is the submission's own word: it may choose among readings of arrays that we measure
ourselves, and it may lower what they earn. Checks of the kinds ``runs``, ``figure`` and ``fit`` have nothing
else to rest on.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

_QUOTED = re.compile(r"^  \S.*, line \d+.*\n    (.*\S.*)$", re.MULTILINE)
"""A place in a traceback and the line of source below it."""


class Source(Enum):
    """The places predictions can come from, as ``deliver.from`` of an assignment names them."""

    PREDICT = "predict"
    PREDICTIONS = "predictions"
    CAPTURED = "captured"
    MODEL = "model"


class SourceState(Enum):
    """What became of one source inside the sandbox."""

    OK = "ok"
    ABSENT = "absent"
    PASSED_OVER = "passed_over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in a submission: a cell of a notebook (counted from 1), a line (from 1)."""

    cell: int | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """One source: whether it delivered, and why not (a short reason key such as ``"signature"``)."""

    source: Source
    state: SourceState
    why: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What an exercise hands out: names of files in the working folder, a loader of ``keras.datasets``."""

    files: tuple[str, ...] = ()
    loader: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramError:
    """An exception that the program did not catch."""

    type: str
    text: str
    place: Place
    traceback: str

    @property
    def source_line(self) -> str:
        """The line of the program that the traceback quotes last; empty where it quotes none."""
        quoted = _QUOTED.findall(self.traceback)
        return quoted[-1].strip() if quoted else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One thing that was neutralised or rewritten: ``kind`` is a key of the catalogue, ``what`` the text."""

    kind: str
    what: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """One call of ``fit``: its epochs and the history per epoch, by metric name."""

    epochs: int
    seconds: float
    history: Mapping[str, tuple[float, ...]]
    on_test_rows: bool
    """Served test rows were trained on or passed as validation data."""
    only_shown: bool = False
    """They were validation data alone, and no callback was given that could use what they show."""

    @property
    def disturbed(self) -> bool:
        """Whether the test rows could change the training."""
        return self.on_test_rows and not self.only_shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A code cell as it ran: its number among all cells, its output text, and its error if any."""

    number: int
    source: str
    output: str
    seconds: float
    error: ProgramError | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What stood in one figure: ``colours`` are how many texts there were of each, as ``#rrggbb``."""

    axes: int
    images: int
    colours: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """How a model says that it is built; a count is None where it does not say.

    ``kind``: ``sequential``, ``functional``, ``subclass``. ``layers`` are class names, those of models inside
    among them; ``loss`` what was compiled, by name.
    """

    kind: str
    inputs: int | None
    outputs: int | None
    layers: tuple[str, ...]
    parameters: int | None
    loss: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HarnessReport:
    """What the harness wrote about a run; see the module's warning about whose word it is."""

    finished: bool
    errors: tuple[ProgramError, ...]
    sources: tuple[SourceReport, ...]
    ledger: tuple[LedgerEntry, ...]
    fits: tuple[Fit, ...]
    cells: tuple[Cell, ...]
    own_seed: bool
    figures: int
    layers: tuple[str, ...]
    """Class names of the delivered model's layers, for display only."""
    versions: Mapping[str, str]
    target_values: tuple[float, ...] = ()
    """Distinct training targets when they are few: tells 0/1 from -1/+1 outputs."""
    estimators: tuple[str, ...] = ()
    """Class names of the estimators of scikit-learn that the program itself fitted."""
    imports: tuple[str, ...] = ()
    """Modules that the program imported, itself or by way of others; None of ours."""
    drawings: tuple[Drawing, ...] = ()
    """What stood in its figures, the first twenty."""
    given: Given | None = None
    """What the exercise handed out, for words only; None where a run left no report."""

    def source(self, source: Source) -> SourceReport:
        """Return the report of ``source``; absent when the harness said nothing of it."""
        found = next((s for s in self.sources if s.source is source), None)
        return found or SourceReport(source=source, state=SourceState.ABSENT)
