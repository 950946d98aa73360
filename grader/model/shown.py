"""What a page shows of a submission beside its result; results.json keeps none of it."""

from dataclasses import dataclass

from grader.model.evidence import Fit, SourceReport
from grader.model.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The graded predictions of the first run, drawn.

    ``confusion[t][p]`` counts rows of true class ``t`` predicted as ``p``. ``samples`` are the first test
    rows in the dataset's own order.
    """

    classes: tuple[str, ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()
    samples: tuple["Sample", ...] = ()
    figures: tuple[str, ...] = ()
    """Names of the PNG files the program drew, in ``folder``."""
    folder: str | None = None
    """The kept run's folder; for whoever writes the page, shown nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One test image, grey values 0-255 row by row, with its true and its predicted class."""

    pixels: bytes
    height: int
    width: int
    truth: str
    predicted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What stands on a page and nowhere else: drawn, printed and told, made anew from the kept runs."""

    notes: tuple[Message, ...] = ()
    """What a reader should know (own seed, a source passed over), in words."""
    sources: tuple[SourceReport, ...] = ()
    """How each accepted source of predictions fared in the leading run."""
    reference_fits: tuple[Fit, ...] = ()
    layers: tuple[str, ...] = ()
    output: str = ""
    """What the runs printed, cleaned of control characters, first MiB."""
    picture: Picture = Picture()
    judged_from: str = ""
    """The digest of all that the result was judged from; empty where that was not noted."""
    rows_hidden: bool = False
    """No student has the graded rows: what the program said once it had seen them is the instructor's."""
