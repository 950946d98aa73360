"""What a kept run tells of its model: whether the model file makes the graded predictions."""

from collections.abc import Sequence

from grader.measuring.checks.run_checks import TIED_FROM
from grader.measuring.evidence.predictions import Chosen, decode_predictions
from grader.measuring.judging.facts import Replay, RunFacts
from grader.model.assignment import Assignment
from grader.model.check import ArchitectureCheck
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


def model_trouble(stored: StoredRun) -> dict[Source, Message]:
    """Return why the run's model could not be applied, when that is known."""
    why = stored.extra.get("replay", {}).get("why")
    return {Source.MODEL: from_plain(why)} if why else {}


def replay_of(
    stored: StoredRun, facts: RunFacts, assignment: Assignment, *, classes: int | None
) -> Replay | None:
    """Return how the run's model stands to its graded predictions; None where nobody asks."""
    if not _asks_architecture(assignment):
        return None
    known = stored.extra.get("replay", {})
    why = known.get("why")
    return Replay(
        layers=tuple(known["layers"]) if known.get("layers") is not None else None,
        custom=tuple(known.get("custom", ())),
        agreement=_agreement(stored, facts, classes),
        why=from_plain(why) if why else None,
    )


def worst_replay(replays: Sequence[Replay | None], assignment: Assignment) -> Replay | None:
    """Return the replay that speaks worst: a program may show another model in each run."""
    allowed = {name for c in assignment.checks if isinstance(c, ArchitectureCheck) for name in c.allow}

    def standing(replay: Replay | None) -> int:
        if replay is None or replay.layers is None:
            return 1
        if set(replay.layers) - allowed:
            return 0
        tied = not replay.custom and replay.agreement is not None and replay.agreement >= TIED_FROM
        return 3 if tied else 2

    return min(replays, key=standing, default=None)


def _agreement(stored: StoredRun, facts: RunFacts, classes: int | None) -> float | None:
    """Return the share of graded rows on which the model says what was graded."""
    import numpy as np

    content = model_candidate(stored)
    if content is None or not isinstance(facts.delivered, Chosen):
        return None
    graded = facts.delivered.decoded
    again = decode_predictions(
        content, rows=len(graded), classes=classes, target_values=facts.report.target_values
    )
    if isinstance(again, Refused):
        return None
    same = again[1] == graded if classes else np.isclose(again[1], graded, rtol=1e-3, atol=1e-5)
    return float(np.mean(same))


def _asks_architecture(assignment: Assignment) -> bool:
    return any(isinstance(check, ArchitectureCheck) for check in assignment.checks)
