"""Chooses the array that is graded: the first of the assignment's sources that works, decoded.

Nothing of the harness' report decides a number here. It says in words why a source brought nothing, and
its training targets tell how a program codes two classes; a program that lies about them lies about its
own predictions.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from grader.model.assignment import Assignment
from grader.model.evidence import HarnessReport, Source, SourceState
from grader.model.message import Message
from grader.model.run import Refusal
from grader.readers.npy import count_not_finite, read_npy
from grader.readers.refused import Refused, refusal_told
from grader.words import say

if TYPE_CHECKING:
    import numpy as np

    _Decoded = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]

MAX_PREDICTION_BYTES = 512 * 1024 * 1024
_FILES = {
    "predict.npy": Source.PREDICT,
    "predictions.npy": Source.PREDICTIONS,
    "captured.npy": Source.CAPTURED,
    "model.keras": Source.MODEL,
}
_WHY = {
    "signature": "predict-function-wrong-signature",
    "raised": "predict-function-raised-error",
    "length": "predictions-wrong-length",
    "not_numeric": "predictions-not-numeric",
    "unknown_classes": "predictions-name-unknown-classes",
    "unsaveable": "model-not-saved",
    "no_fit": "no-model-trained-or-saved",
    "dataset": "predict-call-given-tf-dataset",
    "other_name": "predictions-under-another-name",
    "batches": "test-rows-asked-in-batches",
    "other_columns": "table-split-other-columns",
    "other_targets": "table-split-other-targets",
    "several_models": "table-split-several-models",
    "untied": "predictions-contradict-own-call",
    "other_rows": "predictions-of-other-rows",
    "other_count": "model-gives-other-count",
    "few_scores": "model-gives-too-few-scores",
}
_SAID_OF = {
    "other_name": "predictions-taken-under-other-name",
    "prepared": "predict-function-given-prepared-rows",
    "own_split": "predictions-asked-of-last-model",
}
_NOT_USED = frozenset({"other_name", "batches", "other_columns", "other_targets", "several_models"})
"""Reasons that say what might be meant; where another source delivers they would be noise."""
_NOT_AMONG = " ≠ "
"""Stands between the words of a program that name no class and the names of the classes."""
_TWO_CLASSES = 2
_HALF = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chosen:
    """The graded predictions, rows in served order.

    ``raw`` is the array as delivered; ``decoded`` is ``int64 (n,)`` for classes, ``float64 (n,)`` for
    numbers. ``notes`` say, for the page, which sources before this one were passed over and why.
    """

    source: Source
    raw: "np.ndarray[Any, Any]"
    decoded: "np.ndarray[Any, Any]"
    notes: tuple[Message, ...] = ()
    not_taken: Mapping[Source, str] = field(default_factory=dict)
    """Sources before this one that left an array which did not count: ``other_inputs`` or ``refused``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingDelivered:
    """No source gave predictions that can be graded; ``refused`` when one left a file that is not taken.

    ``reasons`` are of sources that were tried; ``absent`` of those that a program did not use, with what was
    seen in their stead.
    """

    reasons: tuple[Message, ...]
    refused: bool = False
    absent: tuple[Message, ...] = ()


def choose_predictions(
    assignment: Assignment,
    *,
    candidates: Mapping[Source, bytes | None],
    report: HarnessReport,
    rows: int,
    classes: int | None,
    columns: int = 1,
    refusals: Sequence[Refusal] = (),
    known: Mapping[Source, Message] | None = None,
) -> Chosen | NothingDelivered:
    """Return the first of ``assignment.deliver.sources`` that works, decoded, or why none does.

    Args:
        assignment: names the sources, in order.
        candidates: the bytes of each source's ``.npy`` file, None where there is none.
        report: what the harness said of each source.
        rows: how many test rows were served.
        classes: how many classes the dataset has; None when its targets are numbers.
        columns: how many numbers a target has.
        refusals: files that were there but were not collected (a link, a device, too large).
        known: what the grader itself found out about why a source brought nothing.
    """
    passed_over: list[Message] = []
    absent: list[Message] = []
    not_taken: dict[Source, str] = {}
    refused = False
    decode = partial(
        decode_predictions, rows=rows, classes=classes, columns=columns, target_values=report.target_values
    )
    for source in assignment.deliver.sources:
        content = candidates.get(source)
        if content is None:
            refusal = next((r for r in refusals if _FILES.get(r.name) is source), None)
            refused = refused or refusal is not None
            why = (
                refusal_told(refusal)
                if refusal
                else (known or {}).get(source) or _absence(assignment, source, report)
            )
            if why is not None:
                told = absent if refusal is None and _unused(report, source) else passed_over
                told.append(say("predictions-source-passed-over", source=source_name(source), why=why))
            continue
        taken = decode(content)
        own_call = candidates.get(Source.CAPTURED) if _gave_other_inputs(assignment, source, report) else None
        if own_call is not None and _contradicts(taken, decode(own_call), classes):
            taken = Refused(reason=say("predict-function-contradicts-own-call"))
            not_taken[source] = "other_inputs"
        elif isinstance(taken, Refused):
            refused = True
            not_taken[source] = "refused"
        if isinstance(taken, Refused):
            passed_over.append(
                say("predictions-source-passed-over", source=source_name(source), why=taken.reason)
            )
            continue
        notes = [
            say("predictions-source-replaced", note=note, source=source_name(source)) for note in passed_over
        ]
        said = _SAID_OF.get(report.source(source).why)
        if said is not None:
            notes.append(say(said, detail=report.source(source).detail))
        notes += _says_otherwise(source, taken, candidates, decode, classes)
        return Chosen(source=source, raw=taken[0], decoded=taken[1], notes=tuple(notes), not_taken=not_taken)
    return NothingDelivered(reasons=tuple(passed_over), refused=refused, absent=tuple(absent))


def _unused(report: HarnessReport, source: Source) -> bool:
    said = report.source(source)
    return said.state is SourceState.ABSENT or said.why in _NOT_USED


def decode_predictions(
    content: bytes,
    *,
    rows: int,
    classes: int | None,
    columns: int = 1,
    target_values: tuple[float, ...] = (),
) -> "tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]] | Refused":
    """Return the array in ``content`` as delivered and decoded to what a row's target is, or why not.

    With ``classes``, taken are ``(rows, classes)`` scores (the largest wins), ``(rows,)`` or ``(rows, 1)``
    class numbers, and for two classes one score per row: split at 0.5, or at the midpoint of
    ``target_values`` where the program trained on two other values. Without ``classes``, ``columns`` numbers
    per row.
    """
    raw = read_npy(content, max_bytes=MAX_PREDICTION_BYTES)
    if isinstance(raw, Refused):
        return raw
    array = _without_unit_axes(raw)
    scores = classes is not None and array.shape == (rows, classes) and classes > 1
    needed = (rows,) if columns == 1 or classes is not None else (rows, columns)
    if not scores and array.shape != needed:
        expected = str(needed) if classes is None else f"({rows},) / ({rows}, {classes})"
        return Refused(reason=say("array-wrong-shape", shape=str(raw.shape), expected=expected))
    bad = count_not_finite(array)
    if bad:
        return Refused(reason=say("array-not-finite", count=bad))
    if classes is None:
        return raw, array.astype("float64")
    if scores:
        return raw, array.argmax(axis=1).astype("int64")
    decoded = decode_column(array, classes=classes, target_values=target_values)
    return decoded if isinstance(decoded, Refused) else (raw, decoded)


def decode_column(
    column: "np.ndarray[Any, Any]", *, classes: int, target_values: tuple[float, ...] = ()
) -> "np.ndarray[Any, Any] | Refused":
    """Return class numbers ``int64 (n,)`` from one finite value per row, or why they are none."""
    import numpy as np

    values = column.astype("float64")
    whole = bool(np.all(values == np.round(values)))
    if whole and values.min() >= 0 and values.max() < classes:
        return values.astype("int64")
    if classes == _TWO_CLASSES:
        if len(target_values) == _TWO_CLASSES and not bool(np.all(np.abs(values) == 1)):
            return (values > sum(target_values) / 2).astype("int64")
        if not whole:
            return (values > _HALF).astype("int64")
        if bool(np.all(np.abs(values) == 1)):
            return (values > 0).astype("int64")
    low, high = float(values.min()), float(values.max())
    return Refused(reason=say("predictions-not-class-numbers", low=low, high=high, last=classes - 1))


def _gave_other_inputs(assignment: Assignment, source: Source, report: HarnessReport) -> bool:
    """Return whether ``predict(X)`` gave the model of the captured call other inputs than that call did."""
    if source is not Source.PREDICT or Source.CAPTURED not in assignment.deliver.sources:
        return False
    return report.source(source).why == "other_inputs"


def _contradicts(some: "_Decoded | Refused", others: "_Decoded | Refused", classes: int | None) -> bool:
    """Return whether two answers for the same rows are not the same in every row."""
    if isinstance(others, Refused):
        return False
    return isinstance(some, Refused) or _other_rows(some, others, classes) > 0


def _other_rows(some: "_Decoded", others: "_Decoded", classes: int | None) -> int:
    """Return of how many rows two answers say otherwise; numbers that are close say the same."""
    import numpy as np

    one, other = some[1], others[1]
    same = np.isclose(one, other, rtol=1e-2, atol=1e-3) if classes is None else one == other
    return int((~same).reshape(len(one), -1).any(axis=1).sum())


def _says_otherwise(
    source: Source,
    taken: "_Decoded",
    candidates: Mapping[Source, bytes | None],
    decode: "Callable[[bytes], _Decoded | Refused]",
    classes: int | None,
) -> list[Message]:
    """Return the note that a ``predict`` counts which answers otherwise than the program itself did."""
    own_call = candidates.get(Source.CAPTURED) if source is Source.PREDICT else None
    said = None if own_call is None else decode(own_call)
    if said is None or isinstance(said, Refused):
        return []
    rows = _other_rows(taken, said, classes)
    return [say("predict-function-says-otherwise", rows=rows, count=len(taken[1]))] if rows else []


def source_name(source: Source) -> Message:
    """Return what a source is called in a sentence."""
    return say(f"verdict.source.{source.value}")


def _without_unit_axes(raw: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    """Return ``raw`` without axes of length one behind the first: (n, 1), (n, 1, k) are honest shapes."""
    if raw.ndim == 0:
        return raw
    return raw.reshape(raw.shape[0], *(size for size in raw.shape[1:] if size != 1))


def _absence(assignment: Assignment, source: Source, report: HarnessReport) -> Message | None:
    """Return why a source left no file; None when it was simply not used and a note would be noise."""
    state = report.source(source)
    if state.state is SourceState.OK:
        return say("predictions-source-file-missing")
    if state.state is SourceState.ABSENT:
        return None
    names = ", ".join(assignment.deliver.predictions)
    unknown, _, known = state.detail.partition(_NOT_AMONG)
    return say(
        _WHY.get(state.why, "predictions-source-unusable"),
        detail=state.detail,
        unknown=unknown,
        known=known,
        names=names,
        remedy=_remedy(assignment, names),
    )


def _remedy(assignment: Assignment, names: str) -> Message:
    """Return how a program can tell which answer is whose, as far as the exercise accepts it."""
    if Source.PREDICTIONS in assignment.deliver.sources:
        return say("verdict.remedy.predictions", names=names)
    return say("verdict.remedy.call" if Source.CAPTURED in assignment.deliver.sources else "run.nothing")
