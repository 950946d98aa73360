"""Archives saved by the students' runtime itself, Keras 3 and tf-keras, as the reader sees them."""

import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.readers.keras_archive import ModelFile, read_keras_archive
from grader.readers.refused import Refused

pytestmark = pytest.mark.runtime

PROGRAM = """
import numpy as np, tensorflow as tf
k = tf.keras
L = k.layers
dense = k.Sequential([k.Input((8, 8)), L.Flatten(), L.Dense(16, activation="relu"), L.Dropout(0.1),
                      L.BatchNormalization(), L.Dense(10, activation="softmax")])
dense.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
dense.fit(np.zeros((4, 8, 8)), np.zeros(4), verbose=0)
dense.save("dense.keras")
i = k.Input((8, 8))
inner = k.Sequential([k.Input((144,)), L.Dense(5), L.Activation("tanh")])
x = inner(L.Flatten()(L.Conv2D(4, 3)(L.Reshape((8, 8, 1))(i))))
x = L.Bidirectional(L.LSTM(3))(L.TimeDistributed(L.Dense(2))(L.Reshape((5, 1))(x)))
k.Model(i, L.Dense(10)(x)).save("nested.keras")
class Net(k.Model):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.f = L.Conv2D(3, 3), L.Dense(10), L.Flatten()
    def call(self, x):
        return self.b(self.f(self.a(x)))
net = Net()
net(np.zeros((1, 8, 8, 1), "float32"))
net.save("subclassed.keras")
k.Sequential([k.Input((3,)), L.Lambda(lambda x: x * 2, name="twice"), L.Dense(1)]).save("lambda.keras")
text = L.TextVectorization()
text.adapt(np.array(["a b", "c"]))
k.Sequential([k.Input((1,), dtype="string"), text, L.Embedding(10, 4), L.GlobalAveragePooling1D(),
              L.Dense(1)]).save("text.keras")
dense.save("renamed.h5")
import predict
own = k.Sequential([k.Input((3,)), L.Dense(4, activation=tf.nn.relu), L.Dense(3, activation=tf.nn.swish),
                    L.Dense(3, activation=tf.identity), L.Dense(2, activation=tf.nn.softmax)])
own.save("functions.keras")
rows = np.eye(3, dtype="float32")
np.save("again.npy", predict._load("functions.keras")(rows) - own(rows))
"""
HARNESS = Path(__file__).parents[2] / "grader/running/harness"


@pytest.fixture(scope="module", params=["keras3", "keras2"])
def saved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A folder with one archive of each kind, saved by the runtime that students' code runs in."""
    found = sorted((Path.home() / ".cache/grader/runtimes").glob("keras-cpu-*/bin/python"))
    assert found, "the keras-cpu runtime is not installed: grader runtime install keras3"
    folder = tmp_path_factory.mktemp(str(request.param))
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    environment["PYTHONPATH"] = str(HARNESS)
    if request.param == "keras2":
        environment["TF_USE_LEGACY_KERAS"] = "1"
    done = subprocess.run(
        [found[-1], "-W", "ignore", "-c", PROGRAM],
        cwd=folder,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return folder


def read(saved: Path, name: str) -> ModelFile | Refused:
    return read_keras_archive((saved / name).read_bytes())


def test_a_dense_network_is_read_layer_by_layer(saved: Path) -> None:
    found = read(saved, "dense.keras")
    assert isinstance(found, ModelFile)
    assert found.layers == ("InputLayer", "Flatten", "Dense", "Dropout", "BatchNormalization", "Dense")
    assert found.custom == ()
    assert found.inputs == ((8, 8),)


def test_a_convolution_hidden_in_a_nested_model_is_seen(saved: Path) -> None:
    found = read(saved, "nested.keras")
    assert isinstance(found, ModelFile)
    assert {"Conv2D", "TimeDistributed", "Bidirectional", "LSTM", "Activation"} <= set(found.layers)


def test_a_subclassed_model_shows_no_layer(saved: Path) -> None:
    found = read(saved, "subclassed.keras")
    assert isinstance(found, ModelFile)
    assert (found.layers, found.custom) == ((), ("Net",))


def test_functions_of_tensorflow_are_no_classes_of_the_program_and_load_as_what_they_are(saved: Path) -> None:
    found = read(saved, "functions.keras")
    assert isinstance(found, ModelFile)
    assert (set(found.layers), found.custom) == ({"InputLayer", "Dense"}, ())
    assert np.abs(np.load(saved / "again.npy")).max() < 1e-6


def test_a_lambda_is_refused_by_its_name(saved: Path) -> None:
    found = read(saved, "lambda.keras")
    assert isinstance(found, Refused)
    assert "'twice'" in found.reason.en


def test_a_vocabulary_among_the_assets_is_honest(saved: Path) -> None:
    found = read(saved, "text.keras")
    assert isinstance(found, ModelFile)
    assert "TextVectorization" in found.layers


def test_an_hdf5_file_is_no_archive(saved: Path) -> None:
    found = read(saved, "renamed.h5")
    assert isinstance(found, Refused)
    assert found.reason.code == "GR260"
