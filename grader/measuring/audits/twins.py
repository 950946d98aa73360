"""The twins audit: students whose errors, or whose programs, are one and the same.

Errors alone accuse nobody: everybody's first run has the same seed, and two honest programs with the same
network and training then come out alike to the last row, even with other batch sizes or a few epochs more.
A person is asked to look only where, beside errors that coincide, the programs themselves are alike beyond
what came with the assignment and what many share, or where no training was seen that the seed could have
made alike.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING, Any

from grader.measuring.audits.coincidence import Coincidences, coincidences
from grader.measuring.audits.fingerprint import Fingerprint, likeness, shared_by_many
from grader.measuring.audits.significance import SUSPICIOUS_BELOW
from grader.model.message import Message
from grader.model.submission import Finding, Severity
from grader.words import say

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_ERRORS = 10
"""Fewer wrong rows are hard rows: everybody's."""
ALIKE_FROM = 0.5
_LEAST_TOKENS = 30
_NAMES_SHOWN = 5
_LONGEST_NAME = 60
_INFORMING = frozenset(
    ["same-program", "same-program-but-names", "same-program-in-group", "shared-errors-different-programs"]
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Entry:
    """One submission: whose it is, its program, its answers in the dataset's own order if it gave classes.

    ``trained``: ``fit`` was seen in the run that gave the answers.
    """

    key: str
    student: str
    program: Fingerprint
    answers: "NDArray[Any] | None"
    trained: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tie:
    """What ties one submission to another; ``strength`` orders ties of one kind."""

    key: str
    other: int
    strength: float
    fields: Mapping[str, Any]
    p_value: float | None = None


def find_twins(
    entries: Sequence[Entry],
    truth: "NDArray[Any] | None",
    *,
    given: Collection[Fingerprint] = (),
) -> dict[str, tuple[Finding, ...]]:
    """Return the findings of every entry that has any, by its key; each names the others.

    Args:
        entries: the submissions of one assignment.
        truth: the true classes, in the same rows as the answers; None where answers are numbers.
        given: what came with the assignment: handed back unchanged it is nobody's.
    """
    ties: dict[int, list[_Tie]] = defaultdict(list)
    _tie_programs(entries, given, ties)
    if truth is not None:
        _tie_errors(entries, truth, given, ties)
    return {entries[i].key: _findings(found, entries) for i, found in sorted(ties.items())}


def _tie_programs(
    entries: Sequence[Entry], given: Collection[Fingerprint], ties: dict[int, list[_Tie]]
) -> None:
    """Tie those who handed in the same program, comments aside, or the same but for names and texts."""
    same: dict[str, list[int]] = defaultdict(list)
    unchanged = {one.renamed for one in given}
    for i, entry in enumerate(entries):
        if entry.program.tokens >= _LEAST_TOKENS and entry.program.renamed not in unchanged:
            same[entry.program.renamed].append(i)
    for group in same.values():
        if len(group) > _crowd(entries):
            _tie_group(group, entries, ties)
            continue
        for i, j in permutations(group, 2):
            if entries[i].student != entries[j].student:
                alike = entries[i].program.plain == entries[j].program.plain
                key = "same-program" if alike else "same-program-but-names"
                ties[i].append(_Tie(key=key, other=j, strength=1.0, fields={}))


def _tie_group(group: Sequence[int], entries: Sequence[Entry], ties: dict[int, list[_Tie]]) -> None:
    """Tell a program that many handed in once, with its first: the same said a hundred times helps nobody.

    The reference solution, which has no key, is named first where it is one of them.
    """
    first = next(i for i in group if entries[i].key)
    others = [i for i in group if entries[i].student != entries[first].student]
    for other in sorted(others, key=lambda i: entries[i].key != ""):
        fields = {"count": len(others) + 1}
        ties[first].append(_Tie(key="same-program-in-group", other=other, strength=1.0, fields=fields))


def _crowd(entries: Sequence[Entry]) -> int:
    """Return how many may be alike before it is the class that is."""
    return max(3, len(entries) // 10)


def _tie_errors(
    entries: Sequence[Entry],
    truth: "NDArray[Any]",
    given: Collection[Fingerprint],
    ties: dict[int, list[_Tie]],
) -> None:
    """Tie those whose errors coincide beyond what two honest runs share."""
    places = [i for i, entry in enumerate(entries) if entry.answers is not None]
    answers = [answer for i in places if (answer := entries[i].answers) is not None]
    found = coincidences(answers, truth, least_errors=LEAST_ERRORS)
    common = shared_by_many([entry.program for entry in entries], given)
    crowd = _crowd(entries)
    sizes = Counter(entry.program.renamed for entry in entries)
    for at in range(len(found.first)):
        i, j = places[found.first[at]], places[found.second[at]]
        one, other = entries[i], entries[j]
        certain = found.p_value[at] < SUSPICIOUS_BELOW
        if not (certain or found.identical[at]) or one.student == other.student:
            continue
        if one.program.plain == other.program.plain or _say_nothing(one, other):
            continue
        if one.program.renamed == other.program.renamed and sizes[one.program.renamed] > crowd:
            continue  # told once, of the whole group
        # A crowd with the same answers has the same recipe: whose program is like whose says nothing.
        alike = 0.0 if found.crowd[at] > crowd else likeness(one.program, other.program, common)
        explained = one.trained and other.trained
        key = (
            "shared-errors-and-program"
            if alike >= ALIKE_FROM
            else "shared-errors-without-training"
            if certain and not explained
            else "shared-errors-different-programs"
        )
        for a, b in ((i, j), (j, i)):
            ties[a].append(_tie(key, b, found, at, alike))


def _say_nothing(one: Entry, other: Entry) -> bool:
    """Return whether two give the same answer to all rows but a few: nobody copies that."""
    import numpy as np

    commonest = []
    for entry in (one, other):
        values, counts = np.unique(np.asarray(entry.answers), return_counts=True)
        if counts.sum() - counts.max() >= LEAST_ERRORS:
            return False
        commonest.append(values[counts.argmax()])
    return bool(commonest[0] == commonest[1])


def _tie(key: str, other: int, found: Coincidences, at: int, alike: float) -> _Tie:
    same, union, p_value = int(found.same[at]), int(found.union[at]), float(found.p_value[at])
    return _Tie(
        key=key,
        other=other,
        strength=alike + same / union,
        fields={"same": same, "union": union, "usual": found.usual, "alike": alike},
        p_value=p_value if key != "shared-errors-different-programs" and p_value < SUSPICIOUS_BELOW else None,
    )


def _findings(ties: Sequence[_Tie], entries: Sequence[Entry]) -> tuple[Finding, ...]:
    """Return one finding a kind, about the closest other, naming the first few."""
    kinds: dict[str, list[_Tie]] = defaultdict(list)
    looked_at = {tie.other for tie in ties if tie.key == "shared-errors-and-program"}
    for tie in ties:
        if tie.key != "same-program-but-names" or tie.other not in looked_at:
            kinds[tie.key].append(tie)
    findings = []
    for key, found in sorted(kinds.items()):
        closest = sorted(found, key=lambda tie: -tie.strength)
        names = [entries[tie.other].student[:_LONGEST_NAME] for tie in closest]
        severity = Severity.INFO if key in _INFORMING else Severity.REVIEW
        message = say(key, others=_listed(names), **closest[0].fields)
        findings.append(
            Finding(
                severity=severity,
                message=message,
                p_value=closest[0].p_value,
                about_others=True,
            )
        )
    return tuple(findings)


def _listed(names: Sequence[str]) -> Message:
    shown = ", ".join(names[:_NAMES_SHOWN])
    more = len(names) - _NAMES_SHOWN
    return (
        say("twins.names.more", names=shown, more=more) if more > 0 else say("twins.names.all", names=shown)
    )
