"""Model files on the road of a grading: what a refused one earns, and what is kept of one that was read."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from grader.datasets.prepare import truth
from grader.model.check import CheckResult, Outcome
from grader.model.result import ModelLayer, ModelTable, SubmissionResult
from grader.model.run import SandboxCommand
from tests.attacks.archives import archive, layer, sequential
from tests.fakes import FakeSandbox, Files, npy, secret_order
from tests.integration.played_class import REPORT, Class, Digits

DENSE = layer("Dense", units=10, name="answer") | {"build_config": {"input_shape": [None, 64]}}


def asked_of_b(command: SandboxCommand) -> bool:
    return any(bind.target == "/model" for bind in command.binds)


def weights(*arrays: Any, **fields: Any) -> bytes:
    return json.dumps({"protocol": 1, "arrays": list(arrays), **fields}).encode()


HONEST = weights(
    {"path": "layers/dense/vars/0", "shape": [64, 10]}, {"path": "layers/dense/vars/1", "shape": [10]}
)


def graded(
    classroom: Class, digits: Digits, *layers: Any, answer: bytes = HONEST, scale: float = 1.0
) -> SubmissionResult:
    """Return the result of a program whose predictions are right and whose model says the same.

    The program multiplies its inputs by ``scale`` before the model.
    """
    whole = digits[0].assignment("digits")
    assert whole is not None
    checks = tuple(c for c in whole.checks if c.kind in ("metric", "architecture", "runs"))
    points = sum((c.points for c in checks), Decimal(0))
    classroom.assignment = replace(whole, checks=checks, points=points, reference=None)
    classroom.hand_in("ana")
    prepared = digits[2]
    labels = truth(prepared)
    labels[:9] = (labels[:9] + 1) % 10
    rows = prepared.x_graded.reshape(len(labels), -1).astype("f4")
    known = {row.tobytes(): label for row, label in zip(rows, labels, strict=True)}

    def program(command: SandboxCommand) -> Files:
        if asked_of_b(command):
            folder = next(bind.source for bind in command.binds if bind.target == "/rows")
            given = np.load(folder / "rows.npy")
            told = np.eye(10)[[known[np.rint(row / scale).tobytes()] for row in given]]
            return {"predictions.npy": npy(told), "weights.json": answer}
        order = secret_order(command)
        return {
            "predictions.npy": npy(labels[order]),
            "captured_inputs.npy": npy(rows[order] * np.float32(scale)),
            "captured_model.keras": archive(sequential(layer("InputLayer", name="rows"), *layers)),
            "report.json": REPORT,
        }

    return classroom.grade(FakeSandbox(program))["ana"]


def architecture(result: SubmissionResult) -> CheckResult:
    return next(check for check in result.checks if check.kind == "architecture")


def test_a_model_that_is_read_and_replayed_passes_and_its_table_is_kept(
    classroom: Class, digits: Digits
) -> None:
    result = graded(classroom, digits, DENSE)
    assert architecture(result).outcome is Outcome.PASSED
    assert result.model == ModelTable(
        parameters=650,
        layers=(
            ModelLayer(name="rows", kind="InputLayer", parameters=0),
            ModelLayer(name="answer", kind="Dense", parameters=650),
        ),
    )


def test_what_is_done_to_inputs_before_the_model_is_told_to_the_student(
    classroom: Class, digits: Digits
) -> None:
    result = graded(classroom, digits, DENSE, scale=1 / 16)
    assert architecture(result).outcome is Outcome.PASSED
    (note,) = result.shown.notes
    assert note.en.startswith("The program transforms the inputs before the model: x · (0.0625) + (0).")
    assert note.pt.startswith("O programa transforma as entradas antes do modelo: x · (0,0625) + (0).")


def test_of_inputs_that_reach_the_model_as_given_nothing_is_told(classroom: Class, digits: Digits) -> None:
    assert graded(classroom, digits, DENSE).shown.notes == ()


@pytest.mark.attack("model_false_shapes", "model_weights_elsewhere")
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (weights({"path": "layers/dense/vars/0", "shape": [64, 999]}), "(64, 999)"),
        (weights(refused={"why": "external", "where": "layers/dense/vars/0"}), "another file"),
    ],
)
def test_a_model_with_weights_that_are_refused_earns_nothing_until_a_person_looked(
    classroom: Class, digits: Digits, answer: bytes, told: str
) -> None:
    result = graded(classroom, digits, DENSE, answer=answer)
    found = architecture(result)
    assert (found.outcome, found.points, found.message.code) == (Outcome.INCONCLUSIVE, Decimal(0), "GR229")
    assert told in found.message.en
    assert result.model is None


@pytest.mark.attack("model_hidden_layer")
def test_a_layer_behind_the_number_of_another_earns_nothing(classroom: Class, digits: Digits) -> None:
    inner = sequential(DENSE)
    inner["compile_config"] = {"optimizer": layer("Conv2D", filters=3) | {"shared_object_id": 7}}
    found = architecture(graded(classroom, digits, inner, DENSE | {"shared_object_id": 7}))
    assert (found.outcome, found.points) == (Outcome.INCONCLUSIVE, Decimal(0))


@pytest.mark.attack("model_other_package")
def test_a_model_with_a_class_of_another_package_is_never_loaded(classroom: Class, digits: Digits) -> None:
    result = graded(classroom, digits, DENSE, layer("Secret", "tensorflow.python.ops.io_ops"))
    found = architecture(result)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "Secret" in found.message.en
    assert result.model is None
