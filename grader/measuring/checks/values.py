"""The kind ``values``: do variables of the finished program hold what was expected?

The harness reads them once the program has ended, so what counts is what they hold, not what was printed. It
is the submission's own word all the same: who types the expected constants has them.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from grader.measuring.evidence.values import TooLarge
from grader.measuring.judging.facts import Facts
from grader.measuring.judging.same_value import (
    Tolerance,
    difference,
    dtype_of,
    shape_of,
    shape_written,
)
from grader.model.ask import Ask
from grader.model.check import CheckResult, Outcome
from grader.model.errors import CourseError
from grader.model.message import Joined, Message
from grader.plugins.answers import answered, passed, unearned
from grader.plugins.interfaces import CheckKind
from grader.plugins.tables import (
    CheckTable,
    Expected,
    Field,
    FileName,
    Margin,
    Name,
    Points,
    Several,
    Table,
    expected_value,
)
from grader.plugins.written import WrittenCheck, as_list, as_points, as_table
from grader.readers.read_toml import read_toml
from grader.readers.refused import Refused
from grader.words import say
from grader.words.mistake_words import near_miss, shown

_HUNDREDTH = Decimal("0.01")
_TOLD = 5
"""Of many wrong values the first few are told: who mends those sees the others."""
_ALIKE = frozenset(f"verdict.value.{why}" for why in ("absent", "symbolic", "function", "lost"))
"""What a whole program does in one way: a page need not say it nine times."""
_NEAR = 1e-6
"""What 32-bit floats keep of a number, and a little more."""

Dtype = Literal[
    "bool", "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64",
    "float", "float16", "float32", "float64", "str",
]  # fmt: skip
"""A dtype of numpy; without a width, every width and Python's own numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value(Table):
    """One value: the first of ``names`` that the program ended with, and what it should be."""

    names: Annotated[Several[Name], Field(min_length=1, max_length=20)]
    equals: Expected | None = None
    shape: Several[Annotated[int, Field(ge=0)]] | None = None
    dtype: Annotated[Several[Dtype], Field(min_length=1)] | None = None
    absolute: Margin | None = None
    relative: Margin | None = None
    points: Points | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec(CheckTable):
    """Do variables of the finished program hold what was expected?"""

    values: Annotated[Several[Value], Field(min_length=1, max_length=100)]
    expected: FileName | None = None
    absolute: Margin = _NEAR
    relative: Margin = _NEAR


class ValuesKind(CheckKind[Spec]):
    """Compares each value, tells where it differs first, and gives each its share of the points."""

    name = "values"
    table = Spec
    needs_predictions = False
    own_word = True

    def needs(self, spec: Spec) -> tuple[Ask, ...]:
        """Return the variables, by every name that they may have."""
        names = dict.fromkeys(name for value in spec.values for name in value.names)
        return (Ask(kind="values", names=tuple(names)),)

    def hidden_files(self, spec: Spec) -> tuple[str, ...]:
        """Return the file of expected values, where there is one."""
        return () if spec.expected is None else (spec.expected,)

    def mistakes(self, written: WrittenCheck) -> Iterator[Message]:
        """Yield values that nothing is expected of, or two things, and points that do not add up."""
        values = [as_table(value) for value in as_list(written.table.get("values"))]
        yield from _named_twice(values, written)
        yield from _points_off(values, written)
        yield from _expectations(values, written)

    def answer(self, facts: Facts, spec: Spec) -> CheckResult:
        """Return passed, or failed with the points of the values that are right, by the poorest run."""
        hidden: Mapping[str, Any] = {}
        if spec.expected is not None:
            file = facts.assignment.hidden_folder / spec.expected
            if not file.is_file():
                return unearned(spec, Outcome.ERRORED, say("not-measured-here"))
            hidden = read_toml(file, spec.expected)
        tried = [_wrong(spec, one.values, hidden) for one in facts.runs]
        wrong = min(tried, key=lambda one: (_earned(spec, one), -len(one)))
        if not wrong:
            return passed(spec, say("values-as-expected", values=len(spec.values)))
        right, of = len(spec.values) - len(wrong), len(spec.values)
        told = Joined("", tuple(_told(spec, wrong)))
        message = say("values-not-as-expected", right=right, values=of, wrong=told)
        return answered(spec, Outcome.FAILED, _earned(spec, wrong), message)


def _told(spec: Spec, wrong: Mapping[int, Message]) -> Iterator[Message]:
    """Yield a sentence for each of the first wrong values; what is wrong in one way with several, once."""
    alike: dict[str, list[int]] = {}
    for number, said in wrong.items():
        key = said.key if said.key in _ALIKE else str(number)
        alike.setdefault(str(key), []).append(number)
    for numbers in list(alike.values())[:_TOLD]:
        said = wrong[numbers[0]]
        names = [spec.values[number].names[0] for number in numbers]
        if said.key == "verdict.value.absent" and len(names) > 1:
            said = say("value.absent.all", names=", ".join(names))
        yield say("value.line", said=said)
        if said.key in _ALIKE and len(names) > 1:
            yield say("value.same", names=", ".join(names[1:]))
    left = sum(map(len, list(alike.values())[_TOLD:]))
    if left:
        yield say("value.more", more=left)


def _wrong(spec: Spec, got: Mapping[str, object], hidden: Mapping[str, Any]) -> dict[int, Message]:
    """Return what is wrong with each value that is not as expected, by its number."""
    told = {number: _problem(value, spec, got, hidden) for number, value in enumerate(spec.values)}
    return {number: problem for number, problem in told.items() if problem is not None}


def _problem(
    value: Value, spec: Spec, got: Mapping[str, object], hidden: Mapping[str, Any]
) -> Message | None:
    should = value.equals if value.equals is not None else hidden.get(value.names[0])
    name = next((name for name in value.names if _is_known(got.get(name), should)), None)
    if name is None:
        return _why_none(value, got)
    problem = _other_than(got.get(name), value, spec, should)
    return None if problem is None else say("value.wrong", name=name, said=problem)


def _is_known(its: object, should: object) -> bool:
    """Return whether a value can be held against ``should``; of a large one shape and dtype are known."""
    return not isinstance(its, Refused) or (isinstance(its, TooLarge) and should is None)


def _other_than(its: object, value: Value, spec: Spec, should: object) -> Message | None:
    if value.dtype is not None and not _is_of(dtype_of(its), value.dtype):
        return say("value.dtype", got=dtype_of(its), expected=", ".join(value.dtype))
    if value.shape is not None and shape_of(its) != value.shape:
        return say("value.shape", got=shape_written(shape_of(its)), expected=shape_written(value.shape))
    if should is None:
        return None
    tolerance = Tolerance(
        absolute=spec.absolute if value.absolute is None else value.absolute,
        relative=spec.relative if value.relative is None else value.relative,
    )
    return difference(its, should, tolerance, hidden=value.equals is None)


def _why_none(value: Value, got: Mapping[str, object]) -> Message:
    """Return why no name could be read: of one that the program has, sooner than of one that it has not."""
    refused = [one for name in value.names if isinstance(one := got.get(name), Refused)]
    present = (one.reason for one in refused if one.reason.key != "verdict.value.absent")
    reason = next(present, None)
    if reason is not None:
        return reason
    if len(value.names) > 1:
        return say("value.absent.all", names=", ".join(value.names))
    return refused[0].reason


def _is_of(dtype: str, wanted: Collection[str]) -> bool:
    return dtype in wanted or dtype.rstrip("0123456789") in wanted


def _shares(spec: Spec) -> Iterator[Decimal]:
    """Yield the points of each value: its own, or an even part of what the others leave."""
    own = sum((value.points for value in spec.values if value.points is not None), Decimal(0))
    without = sum(value.points is None for value in spec.values)
    even = (spec.points - own) / without if without else Decimal(0)
    return (even if value.points is None else value.points for value in spec.values)


def _earned(spec: Spec, wrong: Collection[int]) -> Decimal:
    """Return the points of the values that are right, to a hundredth; all of them exactly when all are."""
    if not wrong:
        return spec.points
    right = (share for number, share in enumerate(_shares(spec)) if number not in wrong)
    return min(sum(right, Decimal(0)).quantize(_HUNDREDTH, ROUND_HALF_UP), spec.points)


def _named_twice(values: Sequence[Mapping[str, Any]], written: WrittenCheck) -> Iterator[Message]:
    names = [n for value in values for n in as_list(value.get("names")) if isinstance(n, str)]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield say("value-named-twice", file=written.file, key=written.key, name=shown(name))


def _points_off(values: Sequence[Mapping[str, Any]], written: WrittenCheck) -> Iterator[Message]:
    points = as_points(written.table.get("points", 0))
    own = [as_points(value["points"]) for value in values if "points" in value]
    if points is None or None in own or not own:
        return
    total = sum((one for one in own if one is not None), Decimal(0))
    if total > points or (len(own) == len(values) and total != points):
        yield say("value-points-mismatch", file=written.file, key=written.key, total=total, points=points)


def _expectations(values: Sequence[Mapping[str, Any]], written: WrittenCheck) -> Iterator[Message]:
    tell = partial(say, file=written.file)
    hidden, told = _hidden(written)
    yield from told
    asked = set()
    for number, value in enumerate(values, start=1):
        key = f"{written.key}.values.{number}"
        name = next((n for n in as_list(value.get("names")) if isinstance(n, str)), None)
        asked.add(name)
        if hidden is not None and name in hidden and "equals" in value:
            yield tell("value-expected-twice", key=key, name=shown(name), other=written.table["expected"])
        elif not {"equals", "shape", "dtype"} & value.keys() and (hidden is None or name not in hidden):
            lacks = hidden is not None or written.table.get("expected") is None
            if lacks and name is not None:
                yield tell("value-without-expectation", key=key, name=shown(name))
        shape = as_list(value.get("shape"))
        if shape and "equals" in value and shape_of(value["equals"]) not in (None, tuple(shape)):
            of = shape_written(shape_of(value["equals"]))
            yield tell("value-of-other-shape", key=key, got=of, shape=shape_written(shape))
    for name, value in (hidden or {}).items():
        if not _is_expected(value):
            needed, place = say("needed.expected"), written.table["expected"]
            yield say("impossible-value", file=place, key=name, got=shown(value), needed=needed)
    for name in (hidden or {}).keys() - asked:
        hint = near_miss(name, [each for each in asked if each])
        yield say("unknown-key", file=written.table["expected"], key=shown(name), hint=hint)


def _is_expected(value: Any) -> bool:
    try:
        expected_value(value)
    except ValueError:  # what pydantic raises is one
        return False
    return True


def _hidden(written: WrittenCheck) -> tuple[Mapping[str, Any] | None, tuple[Message, ...]]:
    """Return the hidden expected values, and what is wrong with their file; None where it cannot be read.

    A machine without the course's hidden files, a student's, has nothing to look at, and no mistake.
    """
    name, folder = written.table.get("expected"), written.hidden
    if not isinstance(name, str) or folder is None or not folder.is_dir() or Path(name).name != name:
        return None, ()
    try:
        return read_toml(folder / name, f"reference_solutions/{folder.name}/{name}"), ()
    except CourseError as error:
        return None, error.messages
