"""What is made of sandbox B's answers, whatever it answers."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.model.message import Message
from grader.model.result import ModelLayer, ModelTable
from grader.model.run import Limits, NotRun, RunJob, RunStatus, SandboxCommand
from grader.model.submission import FileKind
from grader.readers.keras_archive import ModelFile, read_keras_archive
from grader.readers.refused import Refused
from grader.worker.ask_model import Answer, ask_model
from tests.attacks.archives import archive, layer, sequential
from tests.fakes import DeadSandbox, FakeSandbox, Files, npy

ROWS = np.arange(12, dtype="f4").reshape(6, 2)
CONFIG = sequential(
    layer("InputLayer", batch_shape=[None, 2]),
    layer("Dense", units=3, name="answer") | {"build_config": {"input_shape": [None, 2]}},
)
Ask = Callable[[Any], Answer | NotRun]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    path = tmp_path / "model.keras"
    path.write_bytes(archive(CONFIG))
    model = read_keras_archive(path.read_bytes())
    assert isinstance(model, ModelFile)
    (tmp_path / "run").mkdir()
    job = RunJob(
        files=(),
        main="a.py",
        kind=FileKind.SCRIPT,
        number=1,
        seed=0,
        threads=1,
        python=Path("/usr/bin/python3"),
        runtime_binds=(),
        runtime_environment=(),
        served=tmp_path,
        rows_on_request=None,
        asks=(),
        limits=Limits(wall_seconds=900, memory_bytes=1 << 30),
        folder=tmp_path / "run",
    )
    return lambda sandbox: ask_model(job, sandbox, path, model, ROWS)


def given(command: SandboxCommand) -> Any:
    """Return the rows as a model in the sandbox sees them."""
    folder = next(bind.source for bind in command.binds if bind.target == "/rows")
    return np.load(folder / "rows.npy")


def weights(*shape: int) -> bytes:
    arrays = [{"path": "layers/dense/vars/0", "shape": list(shape)}]
    return json.dumps({"protocol": 1, "arrays": arrays}).encode()


def said(answer: Answer | NotRun) -> str | None:
    assert isinstance(answer, Answer)
    assert answer.outputs is None
    assert isinstance(answer.why, Message)
    return answer.why.code


def test_rows_go_in_a_secret_order_and_answers_come_back_in_ours(ask: Ask) -> None:
    orders = set()

    def program(command: SandboxCommand) -> Files:
        rows = given(command)
        orders.add(rows.tobytes())
        return {"predictions.npy": npy(rows.sum(axis=1)), "weights.json": weights(2, 3)}

    for _ in range(8):
        answer = ask(FakeSandbox(program))
        assert isinstance(answer, Answer)
        assert answer.outputs is not None
        assert answer.outputs.tolist() == ROWS.sum(axis=1).tolist()
        assert answer.table == ModelTable(
            parameters=6,
            layers=(
                ModelLayer(name="InputLayer", kind="InputLayer", parameters=0),
                ModelLayer(name="answer", kind="Dense", parameters=6),
            ),
        )
    assert len(orders) > 1


def test_nothing_but_model_rows_and_harness_is_shown_to_the_model(ask: Ask) -> None:
    sandbox = FakeSandbox(lambda _: {})
    ask(sandbox)
    (command,) = sandbox.calls
    assert {bind.target for bind in command.binds} == {"/model", "/rows", "/job", "/harness"}
    assert {want.name for want in command.wanted} == {"report.json", "weights.json", "predictions.npy"}
    assert command.limits.wall_seconds == 300


@pytest.mark.parametrize(
    ("status", "step", "code"),
    [
        (RunStatus.MEMORY, None, "GR838"),
        (RunStatus.MEMORY, "load", "GR838"),
        (RunStatus.ERROR, "memory", "GR838"),
        (RunStatus.TIMEOUT, None, "GR839"),
        (RunStatus.ERROR, "load", "GR840"),
        (RunStatus.ERROR, "inputs", "GR841"),
        (RunStatus.ERROR, "rows", "GR842"),
        (RunStatus.ERROR, "outputs", "GR843"),
        (RunStatus.ERROR, "predict", "GR834"),
        (RunStatus.ERROR, "<b>", "GR834"),
        (RunStatus.CRASH, "load", "GR834"),
    ],
)
def test_why_a_model_could_not_be_applied_is_told_the_limits_first(
    ask: Ask, status: RunStatus, step: str | None, code: str
) -> None:
    report = json.dumps({"why": step}).encode()
    kept: Files = {"report.json": report, "predictions.npy": npy(np.ones(6))}
    assert said(ask(FakeSandbox(lambda _: kept, status=status))) == code


@pytest.mark.attack("model_outputs")
@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({}, "GR843"),
        ({"predictions.npy": npy(np.ones(5))}, "GR844"),
        ({"predictions.npy": npy(np.full(6, np.nan))}, "GR844"),
        ({"predictions.npy": b"\x80\x04."}, "GR844"),
    ],
)
def test_predictions_that_are_none_are_told(ask: Ask, files: Files, code: str) -> None:
    assert said(ask(FakeSandbox(lambda _: files))) == code


@pytest.mark.attack("model_false_shapes")
def test_weights_that_contradict_the_configuration_are_refused_though_the_model_answers(ask: Ask) -> None:
    files: Files = {"predictions.npy": npy(np.ones(6)), "weights.json": weights(2, 4)}
    answer = ask(FakeSandbox(lambda _: files))
    assert isinstance(answer, Answer)
    assert isinstance(answer.table, Refused)
    assert answer.table.reason.code == "GR259"


def test_a_sandbox_that_fails_is_our_failure(ask: Ask) -> None:
    assert isinstance(ask(DeadSandbox()), NotRun)
