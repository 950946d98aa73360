"""Finds the figures that one line of text states about error or accuracy. Linear in the line, and bounded.

A figure counts when only connecting words stand between it and a word for error or accuracy, on either side,
in one clause. Goals, thresholds, other figures and other rows do not count.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from grader.measuring.claims.claim_phrases import of_training, spelt_plainly
from grader.measuring.claims.claim_words import (
    ACCURACY,
    AFTER_NO_FIGURE,
    AND,
    COMPARING,
    COMPARING_SIGNS,
    CONNECTING,
    ERROR,
    GOAL,
    IN_ALL,
    LOOSE,
    NUMBERED,
    OR_LESS,
    OTHER_FIGURE,
    OTHER_ROWS,
    OTHERS,
    OWN,
    SPEAKER,
    STOPPING,
    TEST,
    UNFINISHED,
    WISHING,
)

LONGEST = 1_000
"""Of a longer line the beginning is read."""
_FARTHEST = 12
_LEAST_ROWS = 20
_COUNTED = frozenset({"erros", "errors", "acertos"})
_LEAST_ACCURACY = 0.01
"""A smaller number is a tolerance, or a learning rate."""
_LABELS = ERROR | ACCURACY | LOOSE
_STEMS = ("err", "acc", "acur", "acer", "exat", "precis", "misclass", "accur")
_PASSED = CONNECTING | TEST | OTHER_ROWS
_SIGNS_PASSED = frozenset(":=~≈%")
_NO_NUMBER = "#"
"""Stands for a number glued to a name: ``conv2d``, ``v2.16``, ``%.2f``."""
_DASHES = "—–‒―−"  # noqa: RUF001 - as people type them
_SEPARATORS = frozenset(";()[]{}|,/\\&" + _DASHES)
_SAME_AS = {"[": "(", "{": "(", "]": ")", "}": ")", ";": "."}
_PASSED_OVER = frozenset("'\"`*_#.")
_TOKENS = re.compile(
    r"(?P<number>[0-9]+(?:[.,][0-9]+)*(?:e[-+]?[0-9]{1,2}(?!\w))?)|(?P<word>[^\W\d_]+)|(?P<sign>[^\s\w]|_)"
)
_SENTENCE = re.compile(r"(?<!\bacc)(?<!\bal)(?<!\bi\.e)(?<!\be\.g)(?<!aprox)(?<!approx)[.!?…](?=\s|$)")


@dataclass(frozen=True, slots=True)
class Figure:
    """A share that a line states: of errors, or of right answers; ``half`` is half its last digit's unit.

    ``on_test``: named as over the test set (None: over rows that are not named).
    """

    error: bool
    value: float
    half: float
    on_test: bool
    loose: bool


@dataclass(slots=True)
class _Clause:
    """A clause's tokens, each a word, a number or a sign, and what separated it from the one before."""

    opened_by: str
    closed_by: str = ""
    tokens: list[str] = field(default_factory=list)
    numbers: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Said:
    """What earlier clauses of the same line leave to the later ones."""

    label: str | None = None
    rows: bool | None = None
    percent: bool = False
    goal: bool = False


def figures_in(line: str) -> tuple[Figure, ...]:
    """Return the figures that ``line`` states, in order; those of training and validation rows left out."""
    line = line[:LONGEST]
    if not any(c.isdigit() for c in line):
        return ()
    text = folded(line)
    if not any(stem in text for stem in _STEMS):
        return ()
    text = spelt_plainly(text)
    kept: list[Figure] = []
    context, outside = _Said(), []
    for clause, nobodys in _with_speaker(list(_clauses(text))):
        if clause.opened_by == ".":
            context = _Said()
        elif clause.opened_by == "(":
            outside.append((context.goal, context.label, context.rows))
        elif clause.opened_by == ")" and outside:
            context.goal = outside.pop()[0]
        figures = list(_figures_of(clause, context))
        kept += [] if nobodys else figures
    if of_training(text):
        kept = [one for one in kept if one.on_test]
    return tuple(kept)


def states_label(line: str) -> bool:
    """Return whether ``line`` ends by announcing a figure: ``Test accuracy:``."""
    text = folded(line[-LONGEST:]).rstrip()
    return text.endswith((":", "=")) and any(word in _LABELS for word in re.findall(r"[^\W\d_]+", text))


def goes_on(line: str) -> bool:
    """Return whether ``line`` ends in the middle of a sentence: ``Train a network that``."""
    words = re.findall(r"[^\W\d_]+|[^\s\w]", folded(line[-LONGEST:]))
    return words[-1:] != [] and (words[-1] in UNFINISHED or words[-1] == ",")


def folded(text: str) -> str:
    """Return ``text`` in lower case without accents, full-width figures and signs made plain."""
    # An accent makes two of one; one sign of Arabic makes eighteen, and those say nothing here.
    plain = unicodedata.normalize("NFKD", text)[: 2 * max(len(text), 1)]
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()


def _clauses(text: str) -> Iterator[_Clause]:
    """Yield the clauses of a folded line; a number glued to letters or points is part of a name."""
    ends = {match.start() for match in _SENTENCE.finditer(text)}
    clause = _Clause("")
    for match in _TOKENS.finditer(text):
        token, at = match[0], match.start()
        if match.lastgroup == "number":
            if _glued(text, at, match.end()):
                clause.tokens.append(_NO_NUMBER)
            else:
                clause.numbers[len(clause.tokens)] = token
                clause.tokens.append(token)
        elif match.lastgroup == "word":
            if token in AND and clause.numbers:
                yield clause
                clause = _Clause(",")
            else:
                clause.tokens.append(token)
        elif at in ends:
            clause.closed_by = token
            yield clause
            clause = _Clause(".")
        elif token in _SEPARATORS or (_apart(text, at) and match[0] == "-"):
            yield clause
            clause = _Clause(_SAME_AS.get(token, token))
        elif token not in _PASSED_OVER:
            clause.tokens.append(token)
    yield clause


def _with_speaker(clauses: list[_Clause]) -> Iterator[tuple[_Clause, bool]]:
    """Yield the clauses in order, and whether what they tell is no result of the student's own.

    Decided for a whole sentence: a question, why a program stops, somebody else's figure.
    """
    start = 0
    while start < len(clauses):
        end = start + 1
        while end < len(clauses) and clauses[end].opened_by != ".":
            end += 1
        sentence = clauses[start:end]
        words = {token for clause in sentence for token in clause.tokens}
        others = bool(words & OTHERS) and not words & (OWN | SPEAKER)
        stops = bool(words & STOPPING) and not words & TEST
        yield from ((clause, others or stops or sentence[-1].closed_by == "?") for clause in sentence)
        start = end


def _glued(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return before.isalnum() or (before != "" and before in "._%$#-") or after.isalpha()


def _apart(text: str, at: int) -> bool:
    return text[at - 1 : at].isspace() and text[at + 1 : at + 2].isspace()


def _figures_of(clause: _Clause, context: _Said) -> Iterator[Figure]:
    words = set(clause.tokens)
    wished = bool(words & WISHING) and not words & (OWN | SPEAKER)
    context.goal = bool(words & GOAL) or wished or _numbered(clause) or (context.goal and not words & OWN)
    hidden = context.goal or bool(words & OTHER_FIGURE)
    if words & OTHER_FIGURE:
        context.label = None
    for at, number in clause.numbers.items():
        label = _label_of(clause, at, context)
        if label is None or hidden or _compared(clause, at):
            continue
        counted = _counted(clause, at)
        share = counted or _share(clause, at, number, label, percent=context.percent)
        rows = _last_rows(clause.tokens) if counted else _rows_of(clause, at, context.rows)
        if share is not None and rows is not False:
            yield Figure(label in ERROR, *share, on_test=rows is True, loose=label in LOOSE)
    _remember(clause, words, context, hidden=hidden)


def _remember(clause: _Clause, words: set[str], context: _Said, *, hidden: bool) -> None:
    """Keep what a later clause may lean on: ``Acurácia: treino 99 %, teste 98 %``."""
    label = next((token for token in reversed(clause.tokens) if token in _LABELS), None)
    plain = words <= _PASSED | _LABELS | _SIGNS_PASSED | {_NO_NUMBER} | set(clause.numbers.values())
    if label is not None and not hidden:
        context.label = label
    elif not plain:
        context.label = None
    if words & (TEST | OTHER_ROWS):
        context.rows = _last_rows(clause.tokens)
    context.percent = "%" in words and not clause.numbers and plain


def _label_of(clause: _Clause, at: int, context: _Said) -> str | None:
    """Return the word for error or accuracy that a number belongs to."""
    before = _walk(clause, range(at - 1, -1, -1))
    if before is not None:
        return before
    after = _walk(clause, range(at + 1, len(clause.tokens)))
    if after is not None:
        return after
    alone = all(
        i in clause.numbers or t in _PASSED or t in _SIGNS_PASSED for i, t in enumerate(clause.tokens)
    )
    leaning = (
        clause.opened_by in "()|/" or clause.tokens[0] in ":=" or set(clause.tokens) & (TEST | OTHER_ROWS)
    )
    return context.label if alone and leaning else None


def _walk(clause: _Clause, places: Sequence[int]) -> str | None:
    """Return the label that is met first on the way, over connecting words only."""
    for i in places[:_FARTHEST]:
        token = clause.tokens[i]
        if token in _LABELS:
            return token
        if i in clause.numbers:
            following = next((t for t in clause.tokens[i + 1 : i + 3] if t not in TEST), "")
            if following not in AFTER_NO_FIGURE | ERROR | ACCURACY:
                return None
        elif token not in _PASSED and token not in _SIGNS_PASSED:
            return None
    return None


def _compared(clause: _Clause, at: int) -> bool:
    """Return whether a number is a bar: ``menor que 1.61``, ``< 1.61``, ``1.61 ou menos``."""
    previous = max((i for i in clause.numbers if i < at), default=-1)
    before = clause.tokens[previous + 1 : at]
    if any(token in COMPARING or token in COMPARING_SIGNS for token in before):
        return True
    if before[-1:] in (["que"], ["than"]):
        return True
    after = [token for token in clause.tokens[at + 1 : at + 5] if token not in _SIGNS_PASSED]
    if after and after[0] in COMPARING_SIGNS:  # in ``erro de 1,52 % < 1,61 %`` the second one is the bar
        return not (after[1:] and after[1][0].isdigit() and _walk(clause, range(at - 1, -1, -1)))
    return after[:1] != [] and after[0] in OR_LESS


def _counted(clause: _Clause, at: int) -> tuple[float, float] | None:
    """Return the share that ``11 erros em 686`` states."""
    tokens = clause.tokens
    if not clause.numbers[at].isdigit() or tokens[at + 1 : at + 2] == [] or tokens[at + 1] not in _LABELS:
        return None
    total = next((i for i in clause.numbers if i > at), None)
    if total is None or total - at > 5 or not set(tokens[at + 2 : total]) & IN_ALL:  # noqa: PLR2004 - words between
        return None
    rows = re.sub("[.,]", "", clause.numbers[total])
    part, whole = int(clause.numbers[at]), int(rows) if rows.isdigit() else 0
    return (part / whole, 0.0) if whole >= _LEAST_ROWS and part <= whole else None


def _share(clause: _Clause, at: int, number: str, label: str, *, percent: bool) -> tuple[float, float] | None:
    """Return the number as a share with half its last digit's unit, or None when it cannot be one.

    Read are per cents with their sign, fractions with a decimal mark, and accuracies from 1 to 100 without
    a sign that stand by their word; everything else could be a loss, a count or a rate of learning.
    """
    after = clause.tokens[at + 1 : at + 2]
    signed = after == ["%"] or percent or "%" in _until_label(clause, at)
    read = _number(number, signed=signed)
    if read is None or (after and after[0] in AFTER_NO_FIGURE):
        return None
    value, half = read
    whole = half == 0.5  # noqa: PLR2004 - half of one: no decimals
    if not signed and after and after[0] in _COUNTED:
        return None
    if not signed and not whole and value <= 1:
        return (value, half) if label in ERROR or value >= _LEAST_ACCURACY else None
    if signed or (label not in ERROR and label in clause.tokens and not whole and value > 1):
        return (value / 100, half / 100) if value <= 100 else None  # noqa: PLR2004 - per cent
    return None


def _until_label(clause: _Clause, at: int) -> list[str]:
    passed: list[str] = []
    for token in reversed(clause.tokens[:at]):
        passed.append(token)
        if token in _LABELS:
            return passed
    return []


def _number(text: str, *, signed: bool) -> tuple[float, float] | None:
    """Return a number and half its last unit; ``10.000`` is ten thousand unless a per cent sign follows."""
    mantissa, _, power = text.partition("e")
    marks = [c for c in mantissa if c in ".,"]
    if len(mantissa) > 20:  # noqa: PLR2004 - nobody measures so finely
        return None
    whole, mark, decimals = mantissa.rpartition(marks[-1]) if marks else (mantissa, "", "")
    if len(marks) > 1 and len(set(marks)) == 1:
        return None
    if mark and len(marks) == 1 and len(decimals) == 3 and whole.lstrip("0") and not signed:  # noqa: PLR2004 - thousands
        return None
    scale = 10.0 ** (int(power or 0) - len(decimals))
    digits = re.sub("[.,]", "", whole) + decimals
    return int(digits) * scale, 0.5 * scale


def _rows_of(clause: _Clause, at: int, inherited: bool | None) -> bool | None:  # noqa: FBT001 - three answers
    """Return True for test rows, False for training or validation, None when no rows are named."""
    previous = max((i for i in clause.numbers if i < at and _is_value(clause, i)), default=-1)
    before = _last_rows(clause.tokens[previous + 1 : at])
    if before is not None:
        return before
    following = min((i for i in clause.numbers if i > at), default=len(clause.tokens))
    after = _last_rows(list(reversed(clause.tokens[at + 1 : following])))
    return after if after is not None else inherited


def _is_value(clause: _Clause, at: int) -> bool:
    return not set(clause.tokens[at + 1 : at + 2]) & AFTER_NO_FIGURE


def _last_rows(tokens: Sequence[str]) -> bool | None:
    for token in reversed(tokens):
        if token in TEST or token in OTHER_ROWS:
            return token in TEST
    return None


def _numbered(clause: _Clause) -> bool:
    return any(clause.tokens[i - 1] in NUMBERED for i in clause.numbers if i)
