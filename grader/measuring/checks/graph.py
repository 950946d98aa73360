"""The kind ``graph``: is the delivered model built as asked, as far as the program says?

How many inputs and outputs, of which kind, with which layers, loss and parameters. The harness asks the model
inside the submission's own process: ``architecture`` is the kind that ties a model file to the predictions.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from grader.measuring.judging.facts import Facts
from grader.model.ask import Ask
from grader.model.check import CheckResult
from grader.model.evidence import Graph
from grader.model.message import Joined, Message
from grader.plugins.answers import failed, passed
from grader.plugins.interfaces import CheckKind
from grader.plugins.tables import CheckTable, Field, Name, Several, Table
from grader.plugins.written import WrittenCheck, as_list, as_table
from grader.words import say

Class = Literal["sequential", "functional", "subclass"]
Bound = Annotated[int, Field(ge=0)]
_ASKED = ("classes", "inputs", "outputs", "layers", "loss", "parameters")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SHORT = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "bce": "binary_crossentropy",
}
_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Count(Table):
    """How many there may be."""

    at_least: Bound = 0
    at_most: Bound | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers(Table):
    """How many layers of a class there must be."""

    kind: Name
    at_least: Bound = 1
    at_most: Bound | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec(CheckTable):
    """Is the delivered model of an allowed class, with such inputs, outputs, layers, loss and parameters?"""

    names: Annotated[Several[Name], Field(min_length=1, max_length=20)] = ("model",)
    classes: Several[Class] = ()
    inputs: Count | None = None
    outputs: Count | None = None
    layers: Several[Layers] = ()
    loss: Several[Name] = ()
    parameters: Count | None = None


class GraphKind(CheckKind[Spec]):
    """Holds what the model says of itself against what is asked; each thing that is otherwise is told."""

    name = "graph"
    table = Spec
    needs_predictions = False
    own_word = True

    def needs(self, spec: Spec) -> tuple[Ask, ...]:
        """Return how the model is built; ``names`` are the variables that may hold it."""
        return (Ask(kind="graph", names=spec.names),)

    def mistakes(self, written: WrittenCheck) -> Iterator[Message]:
        """Yield a check that asks nothing, and counts that nothing can meet."""
        if not any(key in written.table for key in _ASKED):
            yield say("graph-asks-nothing", file=written.file, key=written.key, keys=", ".join(_ASKED))
        counts = {key: written.table.get(key) for key in ("inputs", "outputs", "parameters")}
        listed = enumerate(as_list(written.table.get("layers")), start=1)
        counts |= {f"layers.{number}": layer for number, layer in listed}
        for key, count in counts.items():
            low, high = (as_table(count).get(bound) for bound in ("at_least", "at_most"))
            if isinstance(low, int) and isinstance(high, int) and low > high:
                place = f"{written.key}.{key}"
                yield say("count-bounds-crossed", file=written.file, key=place, low=low, high=high)

    def answer(self, facts: Facts, spec: Spec) -> CheckResult:
        """Return passed, or failed with what is otherwise in the first run whose model is."""
        for one in facts.runs:
            if one.graph is None:
                return failed(spec, say("graph-no-model", names=", ".join(spec.names)))
            otherwise = tuple(_otherwise(one.graph, spec))
            if otherwise:
                return failed(spec, say("graph-otherwise", said=Joined("; ", otherwise)))
        return passed(spec, say("graph-as-asked"))


def _otherwise(graph: Graph, spec: Spec) -> Iterator[Message]:
    """Yield what of the model is not as asked."""
    if spec.classes and graph.kind not in spec.classes:
        asked = Joined(", ", tuple(say(f"graph.{one}") for one in spec.classes))
        yield say("graph.class", got=say(f"graph.{graph.kind}"), asked=asked)
    yield from _outside("graph.inputs", graph.inputs, spec.inputs)
    yield from _outside("graph.outputs", graph.outputs, spec.outputs)
    yield from _outside("graph.parameters", graph.parameters, spec.parameters)
    for layers in spec.layers:
        count = graph.layers.count(layers.kind)
        if not _within(count, layers):
            yield say("graph.layers", kind=layers.kind, got=count, asked=_bounds(layers))
    losses = {_plain(name) for name in graph.loss}
    if spec.loss and not (losses and losses <= {_plain(name) for name in spec.loss}):
        got = ", ".join(graph.loss[:_SHOWN]) or say("graph.none")
        yield say("graph.loss", got=got, asked=", ".join(spec.loss))


def _outside(key: str, got: int | None, asked: Count | None) -> Iterator[Message]:
    if asked is not None and (got is None or not _within(got, asked)):
        told: Any = say("graph.unknown") if got is None else got
        yield say(key, got=told, asked=_bounds(asked))


def _within(count: int, asked: Count | Layers) -> bool:
    return asked.at_least <= count and (asked.at_most is None or count <= asked.at_most)


def _bounds(asked: Count | Layers) -> Message:
    bounds: Mapping[str, Any] = {"low": asked.at_least, "high": asked.at_most}
    if asked.at_most is None:
        return say("graph.at_least", low=asked.at_least)
    return say("graph.exactly", low=asked.at_least) if asked.at_least == asked.at_most else _between(bounds)


def _between(bounds: Mapping[str, Any]) -> Message:
    return say("graph.between", **bounds) if bounds["low"] else say("graph.at_most", high=bounds["high"])


def _plain(loss: str) -> str:
    """Return one name for a loss, however it was written: ``MSE``, ``MeanSquaredError``, ``mse``."""
    snake = _HUMP.sub("_", loss).lower()
    return _SHORT.get(snake, snake)
