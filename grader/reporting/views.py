"""What a page shows, ready to print: every number already in words, every choice already made.

Texts are :class:`~grader.model.message.Message`, so that one page holds both languages. Fields of type
``str`` read alike in every language (names, digests) and may come from a student: templates escape them.
``svg`` fields were written by :mod:`grader.reporting.charts` and are markup.
"""

from dataclasses import dataclass

from grader.model.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A state: its style, a sign that tells it apart without colour, and its word."""

    style: str
    sign: str
    word: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A label and what stands beside it."""

    label: Message
    text: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """One check."""

    id: str
    chip: Chip
    points: Message
    max_points: Message
    message: Message
    code: str
    required: Message
    assurance: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricCard:
    """One metric: the figure, what it is made of, and its drawing (empty when nothing can be drawn)."""

    id: str
    name: Message
    value: Message
    rows: Message
    facts: tuple[Pair, ...]
    svg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One source of predictions and what became of it."""

    name: Message
    key: str
    taken: bool
    told: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One run, measured from outside; ``values`` follow the view's ``run_metrics``."""

    label: Message
    seed: int
    chip: Chip
    seconds: Message
    cpu: Message
    memory: Message
    guard: Message
    values: tuple[Message, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An error the program did not catch, and the runs it happened in."""

    kind: str
    text: str
    place: Message
    runs: Message
    traceback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEntry:
    """One entry of a drawing's key."""

    style: str
    label: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePanel:
    """One learning curve."""

    id: str
    caption: Message
    svg: str
    key: tuple[KeyEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """The last fit of the last run that has one, and its figures as a table."""

    note: Message
    on_test_rows: bool
    panels: tuple[CurvePanel, ...]
    columns: tuple[Message, ...]
    rows: tuple[tuple[Message, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixCell:
    """One cell of a confusion matrix: ``right``, a shade of error ``e1`` to ``e5``, or nothing."""

    count: int
    style: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """A confusion matrix small enough for the page; long names stand upright above their columns."""

    classes: tuple[str, ...]
    long_names: bool
    rows: tuple[tuple[MatrixCell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One test image as a data URI (empty when the pixels do not fit their sides)."""

    uri: str
    truth: str
    predicted: str
    wrong: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """One finding; ``student`` and ``href`` are set on the index only."""

    chip: Chip
    code: str
    message: Message
    p_value: Message | None
    path: str
    student: str = ""
    title: Message | None = None
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What the runs printed: all of it, or its beginning and its end."""

    head: str
    tail: str
    left_out: int
    log: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerTable:
    """The layers of the model file with their parameters; ``more`` are not shown."""

    note: Message
    rows: tuple[tuple[str, str, Message], ...]
    total: Message
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentView:
    """All that a student's page shows."""

    heading: Message
    title: Message
    student: str
    attempt: int
    main: str
    chip: Chip
    points: Message
    of_points: Message
    why: tuple[Message, ...]
    codes: str
    unsandboxed: bool
    back: str
    """Where the class page lies, as seen from this one; empty where it stands alone."""
    checks: tuple[CheckRow, ...]
    total: Message
    max_total: Message
    metrics: tuple[MetricCard, ...]
    claimed: Message | None
    evidence: Message
    sources: tuple[SourceRow, ...]
    runs: tuple[RunRow, ...]
    retrained: bool
    """Some of them are our own trainings by the recipe."""
    run_metrics: tuple[Message, ...]
    problems: tuple[Problem, ...]
    more_problems: int
    training: Training | None
    layers: tuple[str, ...]
    model: LayerTable | None
    matrix: Matrix | None
    matrix_too_large: int
    tiles: tuple[Tile, ...]
    tiles_long: bool
    figures: tuple[str, ...]
    figures_refused: int
    advice: tuple[Message, ...]
    """What to try: the symptoms of a program that falls short."""
    notes: tuple[Message, ...]
    ledger: tuple[Message, ...]
    more_ledger: int
    findings: tuple[FindingRow, ...]
    audits: tuple[FindingRow, ...]
    files: tuple[tuple[str, str, bool], ...]
    record: tuple[Pair, ...]
    certificate: str
    """Where the certificate lies, as seen from the page; empty without one."""
    footer: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexCell:
    """One submission in the class table."""

    href: str
    chip: Chip
    points: Message
    attempt: int
    flagged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRow:
    """One student: for each assignment the submissions received, none or more."""

    student: str
    cells: tuple[tuple[IndexCell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many submissions have one verdict."""

    chip: Chip
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LookRow:
    """A submission that waits for a person, and why."""

    student: str
    title: Message
    chip: Chip
    why: Message
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexView:
    """All that the class page shows."""

    heading: Message
    course: str
    summary: Message
    unsandboxed: bool
    counts: tuple[Count, ...]
    looks: tuple[LookRow, ...]
    assignments: tuple[tuple[str, Message], ...]
    rows: tuple[IndexRow, ...]
    findings: tuple[FindingRow, ...]
    record: tuple[Pair, ...]
    footer: Message
