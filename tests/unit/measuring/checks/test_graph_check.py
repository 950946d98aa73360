"""A model as it says that it is built, against what is asked of it."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from grader.coursefiles.contradictions import contradictions
from grader.coursefiles.read_checks import read_checks
from grader.measuring.checks.graph import Count, GraphKind, Layers, Spec
from grader.measuring.evidence.graph import read_graph
from grader.model.ask import Ask
from grader.model.check import CheckResult, Outcome
from grader.model.evidence import Graph
from tests.unit.coursefiles.written import KNOWN
from tests.unit.measuring.judging.judged import judged, only
from tests.unit.measuring.made import assignment, run_facts

TWO_INPUTS = Graph(
    kind="functional",
    inputs=2,
    outputs=1,
    layers=("InputLayer", "InputLayer", "Dense", "Concatenate", "Dense"),
    parameters=19,
    loss=("MeanSquaredError",),
)


def answer(graph: Graph | None, **asked: Any) -> CheckResult:
    check = Spec(id="graph", kind="graph", points=Decimal(2), **asked)
    return only(judged(assignment(check, sources=()), run_facts(graph=graph)))


@pytest.mark.parametrize(
    "asked",
    [
        {"classes": ("functional", "subclass")},
        {"inputs": Count(at_least=2), "outputs": Count(at_least=1, at_most=1)},
        {"layers": (Layers(kind="Dense", at_least=2), Layers(kind="Conv2D", at_least=0, at_most=0))},
        {"parameters": Count(at_most=19)},
        *({"loss": (name,)} for name in ("mse", "MSE", "mean_squared_error", "MeanSquaredError")),
    ],
)
def test_what_is_built_as_asked_passes(asked: dict[str, Any]) -> None:
    result = answer(TWO_INPUTS, **asked)
    assert (result.outcome, result.points) == (Outcome.PASSED, Decimal(2)), result.message.en


@pytest.mark.parametrize(
    ("asked", "said", "dito"),
    [
        ({"classes": ("subclass",)}, "it is a functional model", "pede-se: uma classe própria"),
        ({"inputs": Count(at_least=3)}, "inputs: 2 (asked: at least 3)", "entradas: 2 (pede-se ao menos 3)"),
        ({"outputs": Count(at_least=2, at_most=2)}, "outputs: 1 (asked: exactly 2)", "exatamente 2"),
        ({"parameters": Count(at_most=18)}, "parameters: 19 (asked: at most 18)", "no máximo 18"),
        ({"layers": (Layers(kind="Dense", at_least=3, at_most=4),)}, "(asked: from 3 to 4)", "de 3 a 4"),
        ({"loss": ("sparse_categorical_crossentropy",)}, "loss: MeanSquaredError", "função de custo:"),
    ],
)  # fmt: skip
def test_what_is_otherwise_is_told(asked: dict[str, Any], said: str, dito: str) -> None:
    result = answer(TWO_INPUTS, **asked)
    assert (result.outcome, result.points) == (Outcome.FAILED, Decimal(0))
    assert said in result.message.en
    assert dito in result.message.pt


def test_of_several_outputs_every_loss_must_be_allowed() -> None:
    two = replace(TWO_INPUTS, loss=("mse", "mae"))
    assert answer(two, loss=("mse",)).outcome is Outcome.FAILED
    assert answer(two, loss=("mse", "mean_absolute_error")).outcome is Outcome.PASSED
    assert "loss: none" in answer(replace(two, loss=()), loss=("mse",)).message.en


def test_what_a_model_does_not_say_is_not_taken_for_granted() -> None:
    unbuilt = replace(TWO_INPUTS, inputs=None, parameters=None)
    assert "inputs: the model does not say" in answer(unbuilt, inputs=Count(at_least=1)).message.en
    assert answer(unbuilt, parameters=Count(at_most=9)).outcome is Outcome.FAILED
    assert answer(unbuilt, classes=("functional",)).outcome is Outcome.PASSED


def test_no_model_fails_and_names_the_variables() -> None:
    assert (
        "holds one: net, model." in answer(None, names=("net", "model"), classes=("functional",)).message.en
    )


def test_the_variables_are_asked_for() -> None:
    check = Spec(id="g", kind="graph", names=("net",), classes=("subclass",))
    assert GraphKind().needs(check) == (Ask(kind="graph", names=("net",)),)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({}, "asks nothing of the model. Give at least one of these: classes, inputs"),
        ({"inputs": {"at_least": 3, "at_most": 2}}, "check.g.inputs: at_least (3) is larger"),
        ({"layers": [{"kind": "Dense", "at_least": 3, "at_most": 2}]}, "check.g.layers.1: at_least (3)"),
        ({"inputs": {"atleast": 3}}, "check.g.inputs.atleast: unknown key; did you mean 'at_least'?"),
        ({"layers": [{"knd": "Dense"}]}, "check.g.layers.1.knd: unknown key; did you mean 'kind'?"),
        ({"classes": ["sequental"]}, "one of these: sequential, functional, subclass"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(table: dict[str, Any], said: str) -> None:
    raw = {"check": [{"id": "g", "kind": "graph", **table}]}
    found = contradictions(raw, "a.toml", KNOWN) + read_checks(raw, "a.toml", KNOWN.kinds).mistakes
    assert any(said in message.en for message in found), [message.en for message in found]


def test_only_the_promised_shape_is_read() -> None:
    said = {"class": "subclass", "inputs": True, "outputs": -1, "layers": [1, "\x1b[31mDense"], "loss": "mse"}
    read = read_graph(json.dumps(said | {"parameters": 10**16}).encode())
    assert read == Graph(
        kind="subclass", inputs=None, outputs=None, layers=("Dense",), parameters=None, loss=()
    )
    for content in (None, b"", b"[]", b"[" * 10_000, b'{"class": "Lambda"}', b" " * 2**21):
        assert read_graph(content) is None
