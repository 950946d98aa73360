"""What a kept run tells of its model: whether the model file makes the graded predictions."""

from grader.measuring.evidence.predictions import Chosen, NothingDelivered, decode_predictions
from grader.measuring.judging.facts import Replay
from grader.model.evidence import Source
from grader.model.message import Message
from grader.model.result import ModelLayer, ModelTable
from grader.readers.refused import Refused
from grader.storage.run_files import MODEL_PREDICTIONS
from grader.storage.run_store import StoredRun
from grader.words.plain import from_plain


def model_candidate(stored: StoredRun) -> bytes | None:
    """Return what the run's model predicts for the graded rows, if it could be applied."""
    return stored.read(MODEL_PREDICTIONS)


def model_table(stored: StoredRun) -> ModelTable | None:
    """Return the layer table of the run's model file, where sandbox B looked at one."""
    kept = stored.extra.get("replay", {}).get("table")
    if not kept:
        return None
    layers = tuple(ModelLayer(name=n, kind=kind, parameters=count) for n, kind, count in kept["layers"])
    return ModelTable(parameters=kept["parameters"], layers=layers)


def asked_rows_trained_on(stored: StoredRun) -> int:
    """Return how many test rows the program typed into its training beside the training rows."""
    count: int = stored.extra.get("replay", {}).get("asked_rows", 0)
    return count


def map_in_words(stored: StoredRun) -> Message | None:
    """Return what the program does to its inputs before its model, where a map to them was inferred."""
    kept = stored.extra.get("replay", {}).get("map")
    return from_plain(kept) if kept else None


def model_trouble(stored: StoredRun) -> dict[Source, Message]:
    """Return why the run's model could not be applied, when that is known."""
    why = stored.extra.get("replay", {}).get("why")
    return {Source.MODEL: from_plain(why)} if why else {}


def replay_of(
    stored: StoredRun,
    delivered: Chosen | NothingDelivered,
    target_values: tuple[float, ...],
    *,
    classes: int | None,
) -> Replay | None:
    """Return how the run's model stands to what was graded of it; None where nobody asked for a model."""
    known = stored.extra.get("replay")
    if not known:
        return None
    why = known.get("why")
    return Replay(
        layers=tuple(known["layers"]) if known.get("layers") is not None else None,
        custom=tuple(known.get("custom", ())),
        agreement=_agreement(stored, delivered, target_values, classes),
        why=from_plain(why) if why else None,
    )


def _agreement(
    stored: StoredRun,
    delivered: Chosen | NothingDelivered,
    target_values: tuple[float, ...],
    classes: int | None,
) -> float | None:
    """Return the share of graded rows on which the model says what was graded."""
    import numpy as np

    content = model_candidate(stored)
    if content is None or not isinstance(delivered, Chosen):
        return None
    graded = delivered.decoded
    again = decode_predictions(
        content,
        rows=len(graded),
        classes=classes,
        columns=graded.shape[1] if graded.ndim > 1 else 1,
        target_values=target_values,
    )
    if isinstance(again, Refused):
        return None
    same = again[1] == graded if classes else np.isclose(again[1], graded, rtol=1e-3, atol=1e-5)
    return float(np.mean(same))
