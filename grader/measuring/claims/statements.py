"""What a student states about error or accuracy, and where: in comments, texts, markdown and outputs. Pure.

Hostile text costs time linear in what is looked at, and what is looked at is bounded.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from grader.measuring.claims.claim_line import LONGEST, Figure, figures_in, folded, goes_on, states_label
from grader.measuring.claims.claim_words import OTHER_ROWS, TEST
from grader.measuring.evidence.program_text import Kind, lines_that_wait, remarks
from grader.model.passage import Origin, Passage

_MOST_STATEMENTS = 500
_MOST_PASSAGES = 20_000
_MOST_CHARACTERS = 1024 * 1024
"""Of all passages together; of one line the first thousand."""
_LONGEST_SOURCE = 64 * 1024
_BEFORE = 200
"""Of an unfinished line, what the next one is read with."""

_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_OVERWRITTEN = re.compile("[\r\b]+")
_EPOCH = re.compile(r"\s*Epoch \d{1,9}/\d{1,9}")
_STEPS = re.compile(r"\s*\d{1,9}/\d{1,9}\s")
_PAIR = re.compile(
    r"\s*\[\s*(?P<first>[0-9]{1,9}\.?[0-9]{0,20}(?:e[-+]?[0-9]{1,2})?)\s*,\s*(?P<accuracy>[01]\.[0-9]{1,20})\s*\]\s*"
)
_NAME = re.compile(r"[^\W\d]\w{0,60}")
_ACCURACY = re.compile(r"(?i)acc|acur")
_OF_TRAINING = frozenset({"history", "fit"})
_EVALUATED = re.compile(r"\bevaluate\s{0,9}\(\s{0,99}(?P<rows>\w{1,60})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One figure that a submission states: a share of errors or of right answers.

    ``half`` is half the unit of its last digit: it may stand for anything so near. ``compared``: it can be
    held against what was measured; what the graded run prints is disturbed by changed labels, and a word
    with two meanings proves nothing. ``by_hand``: typed by the student, not put out by a program.
    """

    error: bool
    value: float
    half: float
    on_test: bool
    where: str
    by_hand: bool
    compared: bool
    printed: bool

    @property
    def error_rate(self) -> float:
        """The share of errors that is stated."""
        return self.value if self.error else 1 - self.value


def statements(passages: Iterable[Passage], given: Collection[str] = ()) -> tuple[Statement, ...]:
    """Return the figures stated in ``passages``, in order.

    ``given`` holds the lines that came with the assignment (:func:`plain_line`): nobody's claim.
    """
    stated_so_far: list[Statement] = []
    left = _MOST_CHARACTERS
    passages = list(islice(passages, _MOST_PASSAGES))
    code = [one.text for one in passages if one.origin is Origin.CODE]
    asks_accuracy = not code or any(_ACCURACY.search(text[:_MOST_CHARACTERS]) for text in code)
    for passage in passages:
        if left <= 0 or len(stated_so_far) >= _MOST_STATEMENTS:
            break
        text = passage.text[:left]
        left -= len(text) + 1
        passage = replace(passage, text=text, source=passage.source[:_LONGEST_SOURCE])  # noqa: PLW2901 - cut
        stated = _of_passage(passage, given, asks_accuracy=asks_accuracy)
        stated_so_far += islice(stated, _MOST_STATEMENTS - len(stated_so_far))
    return tuple(stated_so_far)


def meant(stated: Iterable[Statement]) -> Statement | None:
    """Return the statement that the student means when there are several.

    What can be compared goes before what cannot, what was typed before what was put out, what is named as
    over the test set before what is not; of equals the last.
    """
    ranked = enumerate(stated)
    best = max(ranked, key=lambda one: (*_rank(one[1]), one[0]), default=None)
    return None if best is None else best[1]


def plain_line(line: str) -> str:
    """Return ``line`` as it is compared with the lines that came with the assignment."""
    return " ".join(re.findall(r"\w+", folded(line[:LONGEST])))


def _rank(one: Statement) -> tuple[bool, bool, bool]:
    return one.compared, one.by_hand, one.on_test


def _of_passage(passage: Passage, given: Collection[str], *, asks_accuracy: bool) -> Iterator[Statement]:
    printed = passage.origin is Origin.PRINTED
    put_out = printed or passage.origin is Origin.SAVED
    outer = _rows_spoken_of(passage.source) if put_out else None
    evaluated = put_out and asks_accuracy and "evaluate" in passage.source
    announced = unfinished = ""
    in_epoch = False
    for number, line, comment in _lines(passage):
        if given and plain_line(line) in given:
            continue
        if _EPOCH.match(line):
            in_epoch = True
            continue
        steps = bool(_STEPS.match(line))
        training = steps and (in_epoch or "val_" in line)
        in_epoch = in_epoch and steps
        figures = () if training else _figures(line, announced, evaluated=evaluated)
        announced = line if states_label(line) and not figures else ""
        if figures and unfinished and len(figures_in(f"{unfinished} {line.strip()}")) < len(figures):
            figures = ()  # the sentence that began above says it is no result
        unfinished = line.strip()[-_BEFORE:] if not figures and goes_on(line) else ""
        for figure in figures:
            on_test = figure.on_test or outer is True
            if not figure.on_test and outer is False:
                continue
            yield Statement(
                error=figure.error,
                value=figure.value,
                half=figure.half,
                on_test=on_test,
                where=f"{passage.place}:{number}",
                by_hand=passage.origin is Origin.MARKDOWN or comment,
                compared=not printed and not figure.loose,
                printed=printed,
            )


def _lines(passage: Passage) -> Iterator[tuple[int, str, bool]]:
    """Yield number and text of each line worth looking at, and whether it is a comment of the program."""
    if passage.origin is Origin.CODE:
        while_training, on_condition = lines_that_wait(passage.text)
        for remark in remarks(passage.text):
            by_hand = remark.kind is Kind.COMMENT
            if remark.line not in while_training and (by_hand or remark.line not in on_condition):
                yield remark.line, remark.text[:LONGEST], by_hand
        return
    for number, line in enumerate(passage.text.split("\n"), 1):
        if passage.origin is Origin.MARKDOWN and line.lstrip().startswith(">"):
            continue  # a quotation
        if "\x1b" in line or "\r" in line or "\b" in line:
            parts = [part for part in _OVERWRITTEN.split(_ESCAPES.sub("", line)) if part.strip()]
            yield number, (parts[-1] if parts else "")[:LONGEST], False
        else:
            yield number, line[:LONGEST], False


def _figures(line: str, announced: str, *, evaluated: bool) -> tuple[Figure, ...]:
    pair = _PAIR.fullmatch(line) if evaluated else None
    if pair is not None and float(pair["first"]) == float(pair["accuracy"]):
        return ()  # a loss told twice: [mse, mse]
    if pair is not None:
        decimals = len(pair["accuracy"]) - 2
        half = 0.5 * 10.0**-decimals
        return (
            Figure(
                error=False, value=min(float(pair["accuracy"]), 1.0), half=half, on_test=False, loose=False
            ),
        )
    if announced and line.strip():
        return figures_in(f"{announced[-200:].strip()} {line.strip()}")
    return figures_in(line)


def _rows_spoken_of(source: str) -> bool | None:
    """Return whether a cell is about test rows (True), about others (False), or both or neither (None).

    Its calls of ``evaluate`` say so; without any, its names do.
    """
    evaluated = _EVALUATED.findall(source)
    said = {_rows_called(name) for name in evaluated or _NAME.findall(source)}
    if not evaluated:
        said.discard(None)
    return said.pop() if len(said) == 1 else None


def _rows_called(name: str) -> bool | None:
    parts = re.findall(r"[a-z]+", folded(name))
    joined = "".join(parts)
    if set(parts) & (TEST | {"q", "qp"}) or joined.endswith("test"):
        return True
    if set(parts) & (OTHER_ROWS | _OF_TRAINING) or joined.endswith(("train", "val", "valid")):
        return False
    return None
