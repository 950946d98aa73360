"""What a dataset is: its files, where their rows go, what its targets are and what a program finds of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from grader.model.message import Message


class Kind(Enum):
    """What a dataset's targets are."""

    CLASSIFICATION = "classification"
    REGRESSION = "regression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """One public address of a file.

    ``member`` names the file inside a zip or tar archive at that address. ``crlf`` says that this home
    keeps the text with LF line ends; the published bytes have CRLF between lines and none at the end.
    """

    url: str
    member: str | None = None
    crlf: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFile:
    """A published file, known by its SHA-256; ``origin`` is where people read about it.

    ``hidden``: a course keeps it from its students. Such a file has no SHA-256 here: who knows nearly all
    labels could try out the rest against it.
    """

    name: str
    sha256: str
    size: int = 0
    mirrors: tuple[Mirror, ...] = ()
    licence: str = ""
    origin: str = ""
    in_runtime: str | None = None
    """Path below a runtime's site-packages, for files that come with a library."""
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where rows stand: one file with inputs and target (``target`` is None), or a file for each.

    A name may be that of an array in an archive: ``data.npz:x_train``.
    """

    inputs: str
    target: str | None = None

    @property
    def labelled_by(self) -> str:
        """The file that holds the targets."""
        return file_of(self.inputs if self.target is None else self.target)


class By(Enum):
    """What tells test rows from training rows."""

    FILES = "files"
    EVEN = "even"
    EVERY = "every"
    INDICES = "indices"
    SHARE = "share"


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Which rows train and which are graded.

    FILES: ``train`` and ``test`` are files of their own. All others split the rows of ``whole``, counted
    from 0. EVEN: odd rows are graded. EVERY: rows ``start``, ``start + every``, … INDICES: ``places``, or
    the numbers in the file ``places_from``. SHARE: ``share`` of the rows, drawn once by ``seed``.
    """

    by: By
    train: Source | None = None
    test: Source | None = None
    whole: Source | None = None
    every: int = 0
    start: int = 0
    places: tuple[int, ...] = ()
    places_from: str | None = None
    share: float = 0.0
    seed: int = 0


Column = str | int
"""A column by its name in the header, or by its number: from 0, or from the end below 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a text table is written, and which of its columns mean what.

    ``inputs`` empty: every column but the target. ``also`` are columns that programs find in their file and
    that are no inputs (text, most often). ``counted``: a first line counts rows and columns.
    """

    header: bool = True
    delimiter: str = ","
    decimal: str = "."
    counted: bool = False
    inputs: tuple[Column, ...] = ()
    also: tuple[Column, ...] = ()
    target: Column | None = None
    named: bool = True
    """Labels are written as the names of their classes; else as their numbers, from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A file that a program finds in its working directory.

    ``rows``: ``train``, ``test`` or ``all``; ``columns``: ``all``, ``inputs`` or ``target``.
    """

    file: str
    rows: str
    columns: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Loads:
    """By what other functions of libraries programs load a dataset, beside ``load_data()``; empty for none.

    ``file``: what ``keras.utils.get_file`` calls the archive of its four arrays. ``openml``: its name for
    scikit-learn's ``fetch_openml``. ``sklearn``: the function of ``sklearn.datasets`` that hands out its
    training rows, as a table of ``columns`` and the target ``target``.
    """

    file: str = ""
    openml: str = ""
    sklearn: str = ""
    columns: tuple[str, ...] = ()
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A dataset that an assignment can name.

    ``canaries`` is how many served test labels are wrong on purpose: so many that handing them back fails
    the thresholds of the assignments that come with the grader; :func:`grader.datasets.serve.serve` takes
    a larger share for a more lenient course. ``groups`` maps a name to the (start, stop) of its graded rows;
    without groups all rows are one, ``test``.
    """

    name: str
    title: Message
    kind: Kind
    files: tuple[DataFile, ...]
    classes: tuple[str, ...]
    groups: Mapping[str, tuple[int, int]]
    canaries: int = 0
    image_shape: tuple[int, int] | None = None
    brightest: int = 255
    """The pixel value shown as white (images only)."""
    loader: str | None = None
    """The module of ``keras.datasets`` whose ``load_data()`` hands it out."""
    loads: Loads = field(default_factory=Loads)
    typed: bool = False
    """The inputs are typed into the program: no test row stands in a sandbox."""
    reader: str = "own"
    """The format of its files; ``own``: the module ``reader`` of its package knows."""
    layout: str = "none"
    """``files``: programs find ``given``; ``own``: what the module ``layout`` of its package writes."""
    split: Split | None = None
    form: Form = field(default_factory=Form)
    given: tuple[Given, ...] = ()
    package: str = ""
    """The package whose folder it is; empty for a course's own data."""
    shelf: Path | None = None
    """The folder of a package's dataset: files that come with the package lie there."""
    folder: Path | None = None
    """The folder of a course's own data."""
    private: Path | None = None
    """Where a course keeps the files of it that no student has."""
    definition: str = ""
    """The digest of what says all this, for a course's own data: nothing else names its version."""

    @property
    def labels_hidden(self) -> bool:
        """Whether students have no file with the labels of the graded rows."""
        source = self._graded
        return source is not None and source.labelled_by in self._hidden

    @property
    def rows_hidden(self) -> bool:
        """Whether students have no file with the graded rows themselves."""
        source = self._graded
        return source is not None and file_of(source.inputs) in self._hidden

    @property
    def _graded(self) -> Source | None:
        return None if self.split is None else self.split.test or self.split.whole

    @property
    def _hidden(self) -> frozenset[str]:
        return frozenset(file.name for file in self.files if file.hidden)


def file_of(name: str) -> str:
    """Return the file that ``name`` is, or is an array of."""
    return name.partition(":")[0]
