"""Figures that a statement gives, against those of the spec: bars, points, limits, repeats, commands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from grader.authoring.lint.bars import Bar, bars_of, rows_measured
from grader.authoring.lint.look import Installed, Look
from grader.authoring.lint.missing_papers import STATEMENTS
from grader.authoring.lint.student_files import Piece
from grader.measuring.judging.tell import tell_value
from grader.model.assignment import Assignment
from grader.model.flaw import Flaw
from grader.model.message import Joined, Message
from grader.words import say

_NEAR = 1e-9
_BOUND = (
    r"(?:menor(?:es)? (?:do )?que|abaixo d[eo]s?|inferior(?:es)? a|no máximo|até|acima d[eo]s?"
    r"|maior(?:es)? (?:do )?que|superior(?:es)? a|pelo menos|ao menos|no mínimo|mais de|menos de"
    r"|below|less than|lower than|under|at most|above|more than|greater than|higher than|over|at least"
    r"|no more than|up to|exceeds?|[<>≤≥]|\\leq?|\\geq?)"
)
_NUMBER = r"(\d{1,9}(?:[.,]\d+)?)"
_SHARE = re.compile(rf"{_BOUND}[\s$*_`=]*{_NUMBER}[\s$*_`~]*%", re.IGNORECASE)
_PLAIN = re.compile(rf"{_BOUND}[\s$*_`=]*{_NUMBER}(?![\d%])(?![\s$*_`~]*%)", re.IGNORECASE)
_ABOUT = re.compile(
    r"\b(?:erros?|errors?|acur[áa]cia|accuracy|acertos?|precis[ãa]o|taxa|rate|limiar|threshold|limite)\b",
    re.IGNORECASE,
)
_ANY_SHARE = re.compile(
    rf"(?<![\d.,]){_NUMBER}[\s$*_`~]*(?:%|pontos? percentua|percentage points?)", re.IGNORECASE
)
_ANY = re.compile(rf"(?<![\d.,]){_NUMBER}(?![\d])")
_ROWS = re.compile(
    r"(\d+) +(?:erros?|errors?|linhas? erradas?|wrong rows?)?[ \n]*(?:em|de|das|dos|in|of|out of)"
    r"[ \n]+(?:the )?(\d[\d.,]*\d|\d)\b",
    re.IGNORECASE,
)
_COMMAND = re.compile(r"\bgrader (?:check|grade)[^`\n]* (?:-a|--assignment)[ =](\S+?)(?=[\s`]|$)")
_POINTS = re.compile(r"^\|(.+)\|[ \t]*\n\|[ :|-]+\|[ \t]*\n((?:\|.*\|[ \t]*(?:\n|\Z))+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """One text beside the spec it must agree with."""

    look: Look
    assignment: Assignment
    bars: tuple[Bar, ...]
    piece: Piece
    text: str

    def flaw(self, rule: str, place: int, **fields: object) -> Flaw:
        """Return a flaw of the line where ``place`` stands in the text."""
        line = self.text.count("\n", 0, place) + 1
        message = say(f"lint.{rule}", **fields)
        return Flaw(
            rule=rule,
            file=self.piece.file,
            line=line,
            cell=self.piece.cell,
            message=message,
            assignment=self.look.slug,
        )


def stated_figures(look: Look, installed: Installed) -> Iterator[Flaw]:
    """Yield what the statements, and the words of the starter, say otherwise than the spec."""
    if look.assignment is None:
        return
    bars = bars_of(look.assignment, installed)
    for file in look.given:
        if file.path.parent != look.folder:
            continue
        statement = file.path.name in STATEMENTS
        if not statement and file.path.name != "starter.ipynb":
            continue
        for piece in file.pieces:
            if statement or not piece.code:
                text = piece.text.replace("{,}", ",").replace("\\%", "%")
                read = _Read(look=look, assignment=look.assignment, bars=bars, piece=piece, text=text)
                yield from _contradicted(read)
                if statement:
                    yield from _unsaid(read)
                    yield from _points(read)


def _contradicted(read: _Read) -> Iterator[Flaw]:
    yield from _bars(read)
    yield from _rows(read)
    yield from _limits(read)
    for found in re.finditer(r"(?:até|up to) +(\d+) +(?:vezes|times)", _joined(read.text), re.IGNORECASE):
        if int(found[1]) != read.assignment.run.runs_max:
            yield read.flaw("stated-runs", found.start(), got=found[1], needed=read.assignment.run.runs_max)
    for found in _COMMAND.finditer(read.text):
        if found[1] != read.look.slug:
            yield read.flaw("stated-slug", found.start(), got=found[1], needed=read.look.slug)


def _bars(read: _Read) -> Iterator[Flaw]:
    """Yield bounds that no check has: shares wherever a rate is spoken of, numbers beside their metric."""
    shares = [bar for bar in read.bars if bar.counts_rows]
    numbers = [bar for bar in read.bars if not bar.counts_rows]
    if shares:
        for found in _SHARE.finditer(_joined(read.text)):
            value = _value(found[1]) / 100
            if _ABOUT.search(_around(read.text, found)) and not any(
                bar.is_stated_as(value) for bar in shares
            ):
                yield _other(read, found, shares, value)
    names = {bar.metric for bar in numbers}
    if names:
        about = re.compile(rf"(?<![a-z0-9])(?:{'|'.join(map(re.escape, names))})(?![a-z0-9])", re.IGNORECASE)
        for found in _PLAIN.finditer(_joined(read.text)):
            value = _value(found[1])
            if about.search(_around(read.text, found)) and not any(
                bar.is_stated_as(value) for bar in numbers
            ):
                yield _other(read, found, numbers, value)


def _other(read: _Read, found: "re.Match[str]", bars: list[Bar], value: float) -> Flaw:
    """Return that the statement gives ``value`` where the spec has another figure: the nearest is named."""
    named = [bar for bar in bars if bar.must_be_said] or bars
    near = min(named, key=lambda bar: min(abs(bar.value - value), abs(1 - bar.value - value)))
    got = tell_value(value, counts_rows=near.counts_rows)
    needed = tell_value(near.value, counts_rows=near.counts_rows)
    return read.flaw("stated-bar", found.start(), got=got, needed=needed, check=near.check)


def _rows(read: _Read) -> Iterator[Flaw]:
    """Yield "at most k errors in n rows" where the bar allows another k, or there are not n rows."""
    for found in _ROWS.finditer(_joined(read.text)):
        wrong, n = int(found[1]), int(re.sub(r"[.,]", "", found[2]))
        counts = rows_measured(read.look)
        if n in counts and re.search(r"erro|error|wrong|errad", _around(read.text, found), re.IGNORECASE):
            allowed = sorted({most for bar in read.bars if (most := bar.most_wrong(n)) is not None})
            if allowed and wrong not in allowed:
                near = min(allowed, key=lambda most: abs(most - wrong))
                yield read.flaw("stated-rows", found.start(), got=wrong, needed=near, n=n)


def _limits(read: _Read) -> Iterator[Flaw]:
    run, text = read.assignment.run, _joined(read.text)
    for sentence in re.finditer(r"\b(?:limites?|limits?)\b(?:(?!\.\s|  ).){1,200}", text, re.IGNORECASE):
        for found in re.finditer(r"(\d+(?:[.,]\d+)?) *(GiB|MiB|GB|MB)\b", sentence[0]):
            size = _value(found[1]) * (2**30 if found[2][0] == "G" else 2**20)
            if abs(size - run.memory_bytes) > 0.005 * run.memory_bytes and run.memory_bytes:
                needed = f"{run.memory_bytes / 2**30:g} GiB"
                place = sentence.start() + found.start()
                yield read.flaw("stated-limit", place, got=found[0], needed=needed, key="memory")
        if run.timeout_factor is not None:
            continue
        for found in re.finditer(r"(\d+(?:[.,]\d+)?) *(min|seg|sec|s\b|h)", sentence[0], re.IGNORECASE):
            seconds = _value(found[1]) * {"m": 60, "s": 1, "h": 3600}[found[2][0].lower()]
            if seconds != run.timeout_seconds:
                minutes = run.timeout_seconds / 60
                needed = f"{minutes:g} min" if minutes >= 1 else f"{run.timeout_seconds:g} s"
                got, place = f"{found[1]} {found[2]}", sentence.start() + found.start()
                yield read.flaw("stated-limit", place, got=got, needed=needed, key="timeout")


def _unsaid(read: _Read) -> Iterator[Flaw]:
    """Yield each bar that the statement gives nowhere: not as a share, not as a number, not in rows."""
    text = _joined(read.text)
    shares = [_value(found[1]) / 100 for found in _ANY_SHARE.finditer(text)]
    plain = [_value(found[1]) for found in _ANY.finditer(text)]
    counts = rows_measured(read.look)
    for bar in read.bars:
        if bar.must_be_said and not any(bar.is_stated_as(value) for value in (*shares, *plain)):
            in_rows = {most for n in counts if (most := bar.most_wrong(n)) is not None}
            if not in_rows & {int(value) for value in plain if value == int(value)}:
                needed = tell_value(bar.value, counts_rows=bar.counts_rows)
                yield read.flaw("bar-unsaid", 0, needed=needed, check=bar.check)


def _points(read: _Read) -> Iterator[Flaw]:
    """Yield a table of points that does not come to those of the checks."""
    for table in _POINTS.finditer(read.text):
        heading = table[1].split("|")[-1].strip().strip("*_").lower()
        if heading not in ("pontos", "points", "pts"):
            continue
        cells = [row.rstrip().rstrip("|").split("|")[-1].strip().strip("*_") for row in table[2].splitlines()]
        got = sorted(_value(cell) for cell in cells if re.fullmatch(r"\d+(?:[.,]\d+)?", cell))
        needed = sorted(float(check.points) for check in read.assignment.checks)
        other_sum = abs(sum(got) - sum(needed)) > _NEAR
        if other_sum or (len(got) == len(needed) and got != needed):
            yield read.flaw("stated-points", table.start(), got=_listed(got), needed=_listed(needed))


def _listed(values: list[float]) -> Message:
    return Joined(" + ", tuple(say("page.value.num", x=value) for value in values))


def _value(written: str) -> float:
    return float(written.replace(",", "."))


def _joined(text: str) -> str:
    """Return ``text`` with its line ends as spaces, so that a sentence is one; places stay what they were."""
    return re.sub(r"(?<!\n)\n(?![\n|#*])", " ", text)


def _around(text: str, found: "re.Match[str]") -> str:
    """Return what stands in the same clause or row: up to 80 characters before, 60 after."""
    start = max(
        text.rfind("\n\n", 0, found.start()), text.rfind("|", 0, found.start()), found.start() - 80, 0
    )
    return text[start : found.end() + 60]
