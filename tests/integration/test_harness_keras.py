"""Programs that train with Keras: what is captured, saved and said of them."""

import gzip
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.model.recipe import Affine, KerasFit, NoRecipe, Recipe, Rows
from grader.readers.recipe import read_recipe
from tests.integration.harness_runs import (
    PROGRAMS,
    Left,
    harness_run,
    images,
    model_run,
    notebook,
    real_data,
    runtime_python,
    serve,
    stage,
)

pytestmark = pytest.mark.runtime

KERAS2 = {"TF_USE_LEGACY_KERAS": "1"}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Left:
    """Program 5 of the notes, unchanged but for its size: it preprocesses outside the model."""
    folder = tmp_path_factory.mktemp("course")
    served = serve(folder / "data", images(), loader="mnist")
    left = harness_run(folder, stage(PROGRAMS, "mlp2.py"), served=served, joins_batches=True)
    assert left.report["errors"] == [], left.complained
    return left


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Left:
    """A program that asks its model in many ways, and trains on after the last recognised call."""
    folder = tmp_path_factory.mktemp("many")
    served = serve(folder / "data", images(), loader="mnist")
    left = harness_run(folder, stage(PROGRAMS, "many_calls.py"), served=served)
    assert left.report["errors"] == [], left.complained
    return left


@pytest.fixture(scope="module")
def keras2(tmp_path_factory: pytest.TempPathFactory) -> Left:
    """A program for Keras 2: integer rates, input_dim, its own seed."""
    folder = tmp_path_factory.mktemp("keras2")
    served = serve(folder / "data", images(), loader="mnist")
    left = harness_run(folder, stage(PROGRAMS, "keras2.py"), served=served, environment=KERAS2)
    assert left.report["errors"] == [], left.complained
    return left


def layer_names(layers: list[str]) -> list[str]:
    return [name for name in layers if name != "InputLayer"]


@pytest.mark.takes(60, "it may be the first to read TensorFlow from the disk")
def test_an_unchanged_course_program_is_captured(course: Left) -> None:
    sources = course.report["sources"]
    assert sources["captured"] == {"state": "ok"}
    assert sources["model"] == {"state": "ok"}
    outputs = course.array("captured")
    assert (outputs.shape, outputs.dtype) == ((200, 10), np.float32)
    labels = np.load(course.folder / "data/y_test.npy")
    wrong = int((outputs.argmax(axis=1) != labels).sum())
    assert f"nerro={wrong}\n" in course.printed


def test_the_captured_inputs_are_what_the_program_made_of_the_rows(course: Left) -> None:
    raw = np.load(course.folder / "data/x_test.npy").reshape(200, -1)
    expected = (255 - raw).astype("float32") / 255
    assert np.array_equal(course.array("captured_inputs"), expected)


def test_the_rows_of_the_last_fit_are_kept(course: Left) -> None:
    raw = np.load(course.folder / "data/x_train.npy").reshape(600, -1)
    assert np.allclose(course.array("fit_inputs"), (255.0 - raw) / 255)
    assert course.array("fit_targets").shape == (600, 10)
    assert course.report["target_values"] == [0.0, 1.0]


def test_a_fit_is_recorded_with_its_history_and_its_use_of_test_rows(course: Left) -> None:
    (fit,) = course.report["fits"]
    assert fit["epochs"] == 3
    assert sorted(fit["history"]) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert all(len(values) == 3 for values in fit["history"].values())
    assert fit["on_test_rows"] is True
    assert fit["only_shown"] is True  # no callback of the program's looks at them
    assert fit["seconds"] > 0


def test_the_report_names_layers_versions_and_served_loaders(course: Left) -> None:
    report = course.report
    assert layer_names(report["layers"]) == ["Flatten", "Dense", "Dense"]
    assert {"python", "keras", "tensorflow", "numpy"} <= set(report["versions"])
    assert [(entry["kind"], entry["what"]) for entry in report["ledger"]] == [
        ("load_data", "keras.datasets.mnist.load_data()"),
        ("joined_batches", "model.fit"),
    ]
    assert report["own_seed"] is False
    assert (course.folder / "work/mlp2.png").exists()  # plot_model worked


def test_a_captured_and_a_fitted_model_with_the_same_weights_are_the_same_file(course: Left) -> None:
    captured = (course.out / "captured_model.keras").read_bytes()
    assert captured == (course.out / "model.keras").read_bytes()


def test_sandbox_b_reproduces_the_captured_predictions_from_the_captured_inputs(course: Left) -> None:
    said = model_run(course.folder, course.out / "captured_model.keras", course.array("captured_inputs"))
    assert np.allclose(said["predictions"], course.array("captured"), atol=1e-5)
    assert layer_names(said["layers"]) == ["Flatten", "Dense", "Dense"]


def test_the_last_recognised_predictions_count_and_nothing_after_them(many: Left) -> None:
    assert np.array_equal(many.array("captured"), np.load(many.folder / "work/expected.npy"))
    raw = np.load(many.folder / "data/x_test.npy").reshape(200, -1)
    assert np.allclose(many.array("captured_inputs"), raw / 255.0)


def test_the_captured_model_has_the_weights_of_the_call(many: Left) -> None:
    said = model_run(many.folder, many.out / "captured_model.keras", many.array("captured_inputs"))
    assert np.allclose(said["predictions"], many.array("captured"), atol=1e-5)
    assert layer_names(said["layers"]) == ["Dense", "Dense", "Dense"]  # nested models flattened
    model = (many.out / "model.keras").read_bytes()
    assert model != (many.out / "captured_model.keras").read_bytes()


def test_evaluating_in_a_callback_is_no_training_on_test_rows(many: Left) -> None:
    (fit,) = many.report["fits"]
    assert fit["on_test_rows"] is False
    assert fit["epochs"] == 3


def test_a_variable_of_another_length_is_passed_over(many: Left) -> None:
    state = many.report["sources"]["predictions"]
    assert (state["why"], state["detail"]) == ("length", "QP: 5 ≠ 200")


def test_keras_2_runs_and_is_captured(keras2: Left) -> None:
    report = keras2.report
    assert report["sources"]["captured"] == {"state": "ok"}
    assert report["own_seed"] is True
    assert "tf_keras" in report["versions"]
    labels = np.load(keras2.folder / "data/y_test.npy")
    error = 100 * float((keras2.array("captured").argmax(axis=1) != labels).mean())
    assert f"Erro: {error:.2f} %" in keras2.printed
    assert (keras2.array("predictions") == keras2.array("captured").argmax(axis=1)).all()


def test_a_keras_2_model_predicts_in_sandbox_b(keras2: Left) -> None:
    rows = keras2.array("captured_inputs")
    said = model_run(keras2.folder, keras2.out / "model.keras", rows, KERAS2)
    assert np.allclose(said["predictions"], keras2.array("captured"), atol=1e-5)
    assert layer_names(said["layers"]) == ["Dense", "Dense"]


def test_sandbox_b_tells_of_a_model_that_takes_other_rows(keras2: Left, tmp_path: Path) -> None:
    said = model_run(tmp_path, keras2.out / "model.keras", np.zeros((5, 7)), KERAS2)
    assert "784" in said["error"]
    assert "7 values" in said["error"]


def test_sandbox_b_tells_of_a_file_that_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "m.keras").write_bytes(b"not a model")
    said = model_run(tmp_path, tmp_path / "m.keras", np.zeros((5, 7)))
    assert said["error"]


@pytest.mark.slow
def test_watching_changes_nothing_that_a_program_computes(tmp_path: Path) -> None:
    """Seeded alike, the program leaves the same bits with the harness, its batches joined, and without."""
    left = harness_run(tmp_path, stage(PROGRAMS, "unchanged.py"), joins_batches=True)
    assert left.report["errors"] == [], left.complained
    plain = tmp_path / "plain"
    plain.mkdir()
    text = (PROGRAMS / "unchanged.py").read_text()
    (plain / "p.py").write_text(f"import keras\nkeras.utils.set_random_seed(0)\n{text}")
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "", "KERAS_HOME": str(tmp_path / "k")}
    environment |= {"TF_NUM_INTRAOP_THREADS": "2", "TF_NUM_INTEROP_THREADS": "2", "OMP_NUM_THREADS": "2"}
    command = [str(runtime_python()), "p.py"]
    subprocess.run(command, cwd=plain, env=environment, check=True, capture_output=True)
    ours, theirs = np.load(left.folder / "work/left.npz"), np.load(plain / "left.npz")
    assert sorted(ours) == sorted(theirs)
    for name in ours:
        assert np.array_equal(ours[name], theirs[name]), name


@pytest.mark.slow
@pytest.mark.data
def test_real_mnist_in_a_notebook_is_captured_from_evaluate(tmp_path: Path) -> None:
    """The published digits in a secret order, one epoch; predictions come from ``evaluate`` alone."""
    arrays = published_mnist()
    served = serve(tmp_path / "data", arrays, loader="mnist")
    cells = [
        ("code", "import keras\n(AX, AY), (QX, QY) = keras.datasets.mnist.load_data()"),
        ("code", "model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10)])"),
        ("code", "loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)"),
        ("code", "model.compile('adam', loss, metrics=['accuracy'])"),
        ("code", "model.fit(255 - AX[:20000], AY[:20000], epochs=1, batch_size=200)"),
        ("code", "model.evaluate(AX[:10000], AY[:10000], verbose=0)"),
        ("code", "acc = model.evaluate(255 - QX, QY, verbose=0)[1]\nprint(f'{acc:.4f}')"),
    ]
    left = harness_run(tmp_path, {"n.ipynb": notebook(cells)}, served=served)
    assert left.report["errors"] == [], left.complained
    accuracy = float((left.array("captured").argmax(axis=1) == arrays["y_test"]).mean())
    assert left.cells[-1]["output"] == f"{accuracy:.4f}\n"
    assert left.report["fits"][0]["on_test_rows"] is False
    assert "\x08" not in left.cells[4]["output"]


def published_mnist() -> dict[str, Any]:
    folder = real_data() / "mnist"
    arrays = {}
    for part, stem in (("train", "train"), ("test", "t10k")):
        pixels = gzip.decompress((folder / f"{stem}-images-idx3-ubyte.gz").read_bytes())[16:]
        labels = gzip.decompress((folder / f"{stem}-labels-idx1-ubyte.gz").read_bytes())[8:]
        arrays[f"x_{part}"] = np.frombuffer(pixels, "u1").reshape(-1, 28, 28)
        arrays[f"y_{part}"] = np.frombuffer(labels, "u1")
    order = np.random.default_rng(3).permutation(10_000)
    arrays["x_test"], arrays["y_test"] = arrays["x_test"][order], arrays["y_test"][order]
    return arrays


def test_plot_model_without_graphviz_does_not_stop_the_program(tmp_path: Path) -> None:
    """Also: a model whose file cannot be written, tf.data only, and a loader that no dataset of ours has."""
    program = b"""
import keras, numpy as np, tensorflow as tf
from keras.utils import plot_model
class Odd(keras.Model):
    def __init__(self):
        super().__init__()
        self.d = keras.layers.Dense(10)
    def call(self, x):
        return self.d(x)
    def get_config(self):
        raise RuntimeError('cannot be written')
(AX, AY), (QX, QY) = keras.datasets.cifar10.load_data()
f = lambda a: a.reshape(len(a), -1) / 255.0
model = Odd()
model.compile('sgd', keras.losses.SparseCategoricalCrossentropy(from_logits=True))
rows = tf.data.Dataset.from_tensor_slices((f(AX), AY)).batch(50)
model.fit(rows, epochs=1, verbose=0)
model.predict(tf.data.Dataset.from_tensor_slices(f(QX)).batch(50), verbose=0)
plot_model(keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]), 'm.png')
path = keras.utils.get_file('rows.npz', origin='https://example.org/rows.npz')
assert np.array_equal(np.load(path)['x_test'], QX)
print('fim')
"""
    served = serve(tmp_path / "data", images(), loader="cifar10", loads={"file": "rows.npz"})
    without_graphviz = tmp_path / "bin"
    without_graphviz.mkdir()
    for tool in ("sh", "env"):
        (without_graphviz / tool).symlink_to(shutil.which(tool) or "")
    left = harness_run(
        tmp_path, {"p.py": program}, served=served, environment={"PATH": str(without_graphviz)}
    )
    assert left.report["errors"] == [], left.complained
    assert left.printed.endswith("fim\n")
    assert "show" in left.kinds
    sources = left.report["sources"]
    assert sources["captured"]["state"] == "ok"
    assert left.array("captured").shape == (200, 10)
    assert sources["model"]["why"] == "unsaveable"
    assert left.report["fits"][0]["epochs"] == 1


def recipe_of(left: Left) -> tuple[Recipe, KerasFit]:
    """Return the recipe that a run left, and its one fit."""
    found = read_recipe((left.out / "recipe.json").read_bytes())
    assert isinstance(found, Recipe), found
    (fit,) = found.fits
    assert isinstance(fit, KerasFit)
    return found, fit


def test_program_5_is_recorded_with_its_own_preparation_and_the_epochs_that_ran(course: Left) -> None:
    found, fit = recipe_of(course)
    assert found.library == "keras3"
    assert (fit.epochs, fit.batch_size, fit.rows) == (3, 100, Rows())
    (scaled,) = fit.map.steps
    assert isinstance(scaled, Affine)
    assert scaled.scale == pytest.approx([-1 / 255])
    assert scaled.offset == pytest.approx([1.0])
    assert fit.map.shape == (28, 28)
    assert (fit.targets.form, fit.targets.classes) == ("one_hot", 10)
    assert found.answers.map == fit.map
    assert found.answers.decode == "argmax"


def test_the_recipe_is_that_of_the_call_which_counts_whatever_is_trained_later(many: Left) -> None:
    found, fit = recipe_of(many)
    assert (fit.epochs, fit.rows, fit.validation_share) == (3, Rows(stop=400), 0.1)
    assert [layer["class_name"] for layer in found.models[0]["config"]["layers"]] == [
        "InputLayer",
        "Sequential",
        "Dense",
    ]


def test_a_program_for_keras_2_has_a_recipe_of_its_own_library(keras2: Left) -> None:
    found, fit = recipe_of(keras2)
    assert found.library == "tf-keras"
    assert (fit.epochs, fit.batch_size) == (4, 20)
    assert fit.optimizer["config"]["learning_rate"] == 3
    assert fit.loss["class_name"] == "MeanSquaredError"


STARTS = """
import numpy as np, keras
(AX, AY), (QX, QY) = keras.datasets.mnist.load_data()
f = lambda a: a.reshape(len(a), -1) / 255.0
model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(8, activation='relu'),
                          keras.layers.Dense(10, activation='softmax')])
def fit(epochs):
    model.compile('adam', 'sparse_categorical_crossentropy')
    model.fit(f(AX), AY, epochs=epochs, batch_size=50, verbose=0)
"""
AUTO = """
first = keras.layers.Dense(8, activation='relu')
inputs = keras.Input((784,))
auto = keras.Model(inputs, keras.layers.Dense(784, activation='sigmoid')(first(inputs)))
auto.compile('adam', 'mse')
auto.fit(f(AX), f(AX), epochs=1, verbose=0)
last = keras.layers.Dense(10, activation='softmax')
"""
ANSWERS = "\nQP = model.predict(f(QX), verbose=0)\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("fit(1)\nmodel.fit(f(AX), AY, epochs=2, batch_size=50, verbose=0)", [(3, False)]),
        ("fit(1)\nfit(2)", [(1, False), (2, True)]),
        ("start = model.get_weights()\nfit(1)\nmodel.set_weights(start)\nfit(2)", [(2, False)]),
        ("k = model.layers[0].kernel\nk.assign(k * 0.9)\nfit(1)", "weights-brought"),
        ("k = model.layers[0].kernel\nk.value.assign_add(k * 0.1)\nfit(1)", "weights-brought"),
        ("model.layers[1].set_weights([np.ones((8, 10)), np.ones(10)])\nfit(1)", "weights-brought"),
        ("model.layers[0].trainable = False\nfit(1)\nfit(1)", [(1, False), (1, True)]),
        (AUTO + "model = keras.Model(inputs, last(first(inputs)))\nfit(1)\nfit(1)", "weights-brought"),
        (
            AUTO + "first.trainable = False\nmodel = keras.Model(inputs, last(first(inputs)))\nfit(1)",
            "weights-brought",
        ),
        (
            AUTO + "first.trainable = False\nmodel = keras.Sequential([first, last])\nfit(1)",
            "weights-brought",
        ),
        (
            AUTO
            + "model.layers[0].set_weights(first.get_weights())\nmodel.layers[0].trainable = False\nfit(1)",
            "weights-brought",
        ),
        (AUTO + "k = keras.models.clone_model(model)\nmodel = k\nfit(1)", [(1, False)]),
    ],
)
def test_a_start_set_by_hand_and_an_optimizer_that_begins_again_are_seen(
    tmp_path: Path, program: str, said: list[tuple[int, bool]] | str
) -> None:
    served = serve(tmp_path / "data", images(), loader="mnist")
    left = harness_run(tmp_path, {"p.py": (STARTS + program + ANSWERS).encode()}, served=served)
    assert left.report["errors"] == [], left.complained
    found = read_recipe((left.out / "recipe.json").read_bytes())
    if isinstance(found, NoRecipe):
        assert (found.why, found.detail) == (said, found.detail)
        return
    assert isinstance(found, Recipe)
    assert [(fit.epochs, fit.anew) for fit in found.fits if isinstance(fit, KerasFit)] == said


@pytest.mark.slow
def test_a_fit_called_through_a_class_above_the_models_is_seen(tmp_path: Path) -> None:
    program = STARTS + (
        "from keras.src.backend.tensorflow.trainer import TensorFlowTrainer\n"
        "model.compile('adam', 'sparse_categorical_crossentropy')\n"
        "TensorFlowTrainer.fit(model, f(QX), QY, epochs=1, verbose=0)"
    )
    served = serve(tmp_path / "data", images(), loader="mnist")
    left = harness_run(tmp_path, {"p.py": (program + ANSWERS).encode()}, served=served)
    assert left.report["errors"] == [], left.complained
    assert [fit["on_test_rows"] for fit in left.report["fits"]] == [True]
