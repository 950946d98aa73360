"""``graph``: how the delivered model is built: its kind, what goes in and out, layers, loss, parameters."""

import contextlib
from json import dumps
from typing import Any

from grader_harness.ended import Ended
from grader_harness.job import PROTOCOL, Ask
from grader_harness.models import is_model, layer_names
from grader_harness.states import ABSENT, OK
from grader_harness.writing import write_text

MOST_LAYERS = 1000
MOST_LOSSES = 20
_LIBRARIES = ("keras", "tf_keras")
_OWN_KINDS = {"Sequential": "sequential", "Functional": "functional"}
_class_name = type.__dict__["__name__"].__get__


def take(ask: Ask, ended: Ended) -> dict[str, str]:
    """Leave ``graph.json`` of the model that gave the answers, the last fitted, or one of ``names``."""
    model = _model(ask, ended)
    if model is None:
        return ABSENT
    told = {
        "protocol": PROTOCOL,
        "class": _kind(type(model)),
        "inputs": _count(model, "inputs"),
        "outputs": _count(model, "outputs"),
        "layers": layer_names(model)[:MOST_LAYERS],
        "parameters": _parameters(model),
        "loss": list(_losses(getattr(model, "loss", None)))[:MOST_LOSSES],
    }
    write_text(ended.job.out / "graph.json", dumps(told))
    return OK


def _model(ask: Ask, ended: Ended) -> Any:
    captured = ended.call_of_answers()
    if captured is not None and captured.keras:
        return captured.model
    if ended.evidence.model is not None:
        return ended.evidence.model
    named = (ended.namespace.get(name) for name in ask.names)
    return next((value for value in named if is_model(value)), None)


def _kind(kind: type) -> str:
    """Return ``sequential`` or ``functional`` for Keras' own classes, else ``subclass``."""
    root = str(kind.__module__).partition(".")[0]
    return _OWN_KINDS.get(_class_name(kind), "subclass") if root in _LIBRARIES else "subclass"


def _count(model: Any, name: str) -> int | None:
    """Return how many inputs or outputs there are; None where the model does not say."""
    try:
        tensors = getattr(model, name, None)
    except Exception:  # not built yet
        return None
    if isinstance(tensors, list | tuple | dict):
        return len(tensors) or None
    return None if tensors is None else 1


def _parameters(model: Any) -> int | None:
    with contextlib.suppress(Exception):  # not built yet
        return int(model.count_params())
    return None


def _losses(loss: Any) -> list[str]:
    """Return the names of compiled losses: of texts, functions, objects, lists and dicts of these."""
    if loss is None:
        return []
    if isinstance(loss, dict):
        loss = list(loss.values())
    if isinstance(loss, list | tuple):
        return [name for one in loss for name in _losses(one)]
    if isinstance(loss, str):
        return [str(loss)]
    name = getattr(loss, "__name__", None)
    return [name if isinstance(name, str) else _class_name(type(loss))]
