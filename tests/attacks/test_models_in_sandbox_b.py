"""Model files that pass our look and are applied in sandbox B, honest ones and others."""

import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import platformdirs
import pytest

from grader.model.message import Message
from grader.model.result import ModelTable
from grader.model.run import MIB, Limits, RunJob
from grader.model.submission import FileKind
from grader.readers.keras_archive import ModelFile, read_keras_archive
from grader.readers.refused import Refused
from grader.running.bubblewrap.sandbox import BubblewrapSandbox
from grader.runtimes.catalogue import find_runtime
from grader.worker.ask_model import Answer, ask_model
from tests.attacks.archives import archive, layer, sequential
from tests.integration.harness_runs import runtime_python

pytestmark = [pytest.mark.runtime, pytest.mark.sandbox]

ROWS = np.random.default_rng(5).random((40, 3072)).astype("f4")
Ask = Callable[..., Answer]

HEAD = """
import numpy as np, tensorflow as tf
k = tf.keras
L = k.layers
rows = np.load("rows.npy")

def save(name, model, given=rows):
    model.save(name + ".keras")
    np.save(name + ".npy", np.asarray(model.predict(given, verbose=0)))
    np.save(name + "-count.npy", model.count_params())
"""
EVERYTHING = """
taken = k.Input((32, 32, 3))
image = L.Rescaling(1 / 255.0)(taken)
mobile = k.applications.MobileNetV2(alpha=0.35, weights=None, input_shape=(32, 32, 3), include_top=False)
seen = L.GlobalAveragePooling2D()(mobile(image))
lines = L.Reshape((32, 96))(image)
read = L.Bidirectional(L.LSTM(5))(lines)
met = L.GlobalAveragePooling1D()(L.LayerNormalization()(L.MultiHeadAttention(2, 4)(lines, lines)))
spoken = L.GRU(4)(L.TimeDistributed(L.Dense(3))(lines / 2.0 + 1.0))
inner = k.Sequential([k.Input((9,)), L.Dense(6, activation=tf.nn.relu), L.BatchNormalization()])
both = L.Concatenate()([seen, inner(L.Dense(9)(read)), met, spoken])
model = k.Model(taken, L.Dense(10, activation="softmax", kernel_regularizer="l2")(both))
model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
save("everything", model, rows.reshape(-1, 32, 32, 3))
"""
SMALL_ONES = """
text = L.TextVectorization(output_sequence_length=4)
words = np.arange(40, dtype="f4").reshape(40, 1).astype(str)
text.adapt(words)
said = k.Sequential([k.Input((1,), dtype="string"), text, L.Embedding(99, 4), L.Flatten(), L.Dense(2)])
said.save("text.keras")
np.save("text.npy", np.asarray(said.predict(tf.constant(words), verbose=0)))
np.save("text-count.npy", said.count_params())

lost = k.Sequential([k.Input((3072,)), L.Dense(2)])
lost.set_weights([w * np.nan for w in lost.get_weights()])
lost.save("nan.keras")
k.Sequential([k.Input((3072,)), L.Dense(1), L.Dense(1_800_000)]).save("flood.keras")
row = k.Input((3072,))
if hasattr(k, "ops"):
    k.Model(row, k.ops.reshape(L.Dense(2)(row), (-1, 1))).save("rows_doubled.keras")
k.Model([row, k.Input((1,))], L.Dense(1)(row)).save("two_inputs.keras")
k.Sequential([k.Input((7,)), L.Dense(1)]).save("other_rows.keras")
"""


def save(folder: Path, program: str) -> Path:
    """Have the runtime save models in one process, with what each predicts for ROWS there."""
    np.save(folder / "rows.npy", ROWS)
    environment = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "HOME": str(folder)}
    done = subprocess.run(
        [runtime_python(), "-W", "ignore", "-c", HEAD + program],
        cwd=folder,
        env=environment,
        capture_output=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return folder


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("saved"), SMALL_ONES)


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of all kinds of layers at once: half a minute until it has been saved and applied."""
    return save(tmp_path_factory.mktemp("everything"), EVERYTHING)


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Asks sandbox B what a model makes of rows, as grading does."""
    runtime = find_runtime("keras3", platformdirs.user_cache_path("grader"))

    def asked(
        model: Path, rows: "np.ndarray[tuple[int, int], np.dtype[np.float32]]", mib: int = 3072
    ) -> Answer:
        looked_at = read_keras_archive(model.read_bytes())
        assert isinstance(looked_at, ModelFile), looked_at
        (tmp_path / "run").mkdir()
        job = RunJob(
            files=(),
            main="a.py",
            kind=FileKind.SCRIPT,
            number=1,
            seed=0,
            threads=2,
            python=runtime.python,
            runtime_binds=runtime.binds,
            runtime_environment=runtime.environment,
            served=tmp_path,
            rows_on_request=None,
            asks=(),
            limits=Limits(wall_seconds=300, memory_bytes=mib * MIB),
            folder=tmp_path / "run",
        )
        answer = ask_model(job, BubblewrapSandbox(), model, looked_at, rows)
        assert isinstance(answer, Answer), answer
        assert not (tmp_path / "model_run").exists()
        return answer

    return asked


def why(answer: Answer) -> tuple[str | None, str]:
    assert answer.outputs is None
    assert isinstance(answer.why, Message)
    return answer.why.code, answer.why.en


def assert_applied(answer: Answer, folder: Path, name: str) -> None:
    assert answer.why is None
    assert answer.outputs is not None
    assert np.allclose(answer.outputs, np.load(folder / f"{name}.npy"), atol=1e-4)
    assert isinstance(answer.table, ModelTable)
    assert answer.table.parameters == int(np.load(folder / f"{name}-count.npy"))
    assert sum(one.parameters for one in answer.table.layers) == answer.table.parameters


@pytest.mark.attack("look_alike_models")
def test_an_honest_model_with_a_vocabulary_is_applied_and_its_layers_are_weighed(
    saved: Path, ask: Ask
) -> None:
    assert_applied(ask(saved / "text.keras", np.arange(40, dtype="f4").reshape(40, 1)), saved, "text")


@pytest.mark.slow
@pytest.mark.attack("look_alike_models")
def test_rnn_attention_and_mobilenet_pass_our_look_are_applied_and_weighed(
    everything: Path, ask: Ask
) -> None:
    found = read_keras_archive((everything / "everything.keras").read_bytes())
    assert isinstance(found, ModelFile)
    assert found.custom == ()
    expected = {
        "LSTM",
        "GRU",
        "MultiHeadAttention",
        "LayerNormalization",
        "DepthwiseConv2D",
        "TimeDistributed",
    }
    assert expected <= set(found.layers)
    assert_applied(ask(everything / "everything.keras", ROWS), everything, "everything")


@pytest.mark.attack("model_memory")
@pytest.mark.parametrize(  # killed at the limit; more than anybody would give
    "units", [10**8, pytest.param(10**9, marks=pytest.mark.slow)]
)
def test_a_layer_of_a_thousand_million_units_ends_at_the_memory_limit(
    tmp_path: Path, saved: Path, ask: Ask, units: int
) -> None:
    wide = layer("Dense", units=units, name="wide") | {"build_config": {"input_shape": [None, 7]}}
    model = tmp_path / "wide.keras"
    with zipfile.ZipFile(saved / "other_rows.keras") as honest:
        weights = honest.read("model.weights.h5")
    config = sequential(layer("InputLayer", batch_shape=[None, 7], dtype="float32"), wide)
    model.write_bytes(archive(config, members={"model.weights.h5": weights}))
    answer = ask(model, ROWS[:, :7], mib=1536)
    assert why(answer)[0] == "GR838"
    assert "1,536 MiB" in why(answer)[1]
    assert isinstance(answer.table, Refused)
    assert "wide" in answer.table.reason.en


@pytest.mark.attack("model_outputs")
@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("nan", "GR844", "80 values are NaN or infinite"),
        pytest.param("flood", "GR844", "predictions.npy", marks=pytest.mark.slow),
        ("rows_doubled", "GR843", "one row of numbers for each"),
        pytest.param("two_inputs", "GR841", "more than one input (2)", marks=pytest.mark.slow),
        ("other_rows", "GR842", "(7,)"),
    ],
)
def test_outputs_that_are_no_predictions_are_told_in_words(
    saved: Path, ask: Ask, name: str, code: str, told: str
) -> None:
    answer = ask(saved / f"{name}.keras", ROWS)
    assert why(answer)[0] == code
    assert told in why(answer)[1]
    assert isinstance(answer.table, ModelTable)
