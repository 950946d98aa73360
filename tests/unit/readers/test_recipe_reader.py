"""A recipe names rows, classes and a few numbers of the course's and of the libraries' own, or it is none."""

import json
import string
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.files.plain_data import plain_of
from grader.model.message import Language
from grader.model.recipe import Estimator, EstimatorFit, KerasFit, NoRecipe, Recipe
from grader.readers.recipe import read_recipe
from grader.readers.recipe_length import LONGEST, length_of
from grader.readers.recipe_names import LAYERS
from grader.readers.recipe_reasons import REASONS, no_recipe_told
from grader.readers.refused import Refused
from grader.words.catalogue import keys
from tests.unit.readers.written_recipes import dense, file_of, keras_fit, layer, recipe, sequential


def read(data: dict[str, Any]) -> Recipe:
    answer = read_recipe(file_of(data))
    assert isinstance(answer, Recipe), answer
    return answer


def why(data: dict[str, Any]) -> str:
    answer = read_recipe(file_of(data))
    assert isinstance(answer, NoRecipe), answer
    return answer.why


def with_layers(*layers: dict[str, Any]) -> dict[str, Any]:
    return recipe(models=[sequential(*layers)])


def estimator(name: str, *parts: Any, **parameters: Any) -> dict[str, Any]:
    return {"name": f"sklearn.{name}", "parameters": parameters, "parts": list(parts)}


def with_estimator(one: dict[str, Any]) -> dict[str, Any]:
    fit = {"kind": "estimator", "estimator": one, "rows": {}, "map": {}, "targets": {}}
    answers = {"map": {}, "decode": "identity"}
    return {"library": "sklearn", "models": [], "fits": [fit], "answers": answers}


def test_an_honest_recipe_is_read_whole() -> None:
    found = read(recipe())
    (fit,) = found.fits
    assert isinstance(fit, KerasFit)
    assert (fit.epochs, fit.batch_size) == (20, 16)
    assert fit.optimizer["config"]["learning_rate"] == 0.001
    assert fit.loss["class_name"] == "SparseCategoricalCrossentropy"
    layers = found.models[0]["config"]["layers"]
    assert [one["config"]["units"] for one in layers] == [30, 10]
    assert [one["config"]["name"] for one in layers] == ["layer_1", "layer_2"]


def test_no_seed_is_taken_over() -> None:
    assert "17" not in json.dumps(read(recipe()).models[0])


def test_two_programs_that_train_the_same_have_the_same_recipe() -> None:
    named = [dense(30, "relu") | {}, dense(10, "softmax")]
    named[0]["config"]["name"] = "first"
    assert read(with_layers(*named)) == read(recipe())


def test_what_was_read_reads_again_as_the_same() -> None:
    found = read(recipe())
    assert read(plain_of(found)) == found


def test_a_function_of_tensorflow_is_the_one_of_keras_by_another_name() -> None:
    given = {
        "module": "builtins",
        "class_name": "function",
        "config": "softmax_v2",
        "registered_name": "function",
    }
    assert read(with_layers(dense(10, given))) == read(with_layers(dense(10, "softmax")))


def test_a_model_wired_by_hand_keeps_its_wires_under_the_new_names() -> None:
    tensor = {
        "class_name": "__keras_tensor__",
        "config": {"shape": [None, 64], "dtype": "float32", "keras_history": ["x", 0, 0]},
    }
    begin = layer("InputLayer", batch_shape=[None, 64], name="x") | {"name": "x", "inbound_nodes": []}
    end = dense(10) | {"name": "y", "inbound_nodes": [{"args": [tensor], "kwargs": {}}]}
    end["config"]["name"] = "y"
    model = {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "config": {
            "layers": [begin, end],
            "input_layers": [["x", 0, 0]],
            "output_layers": [["y", 0, 0]],
        },
    }
    found = read(recipe(models=[model])).models[0]["config"]
    assert found["input_layers"] == [["layer_1", 0, 0]]
    (node,) = found["layers"][1]["inbound_nodes"]
    assert node["args"][0]["config"]["keras_history"] == ["layer_1", 0, 0]


@pytest.mark.parametrize(
    ("reason", "one"),
    [
        ("layer", layer("Lambda", function="abc")),
        ("layer", layer("Embedding", input_dim=10, output_dim=2)),
        ("layer", layer("StringLookup", vocabulary=["a"])),
        ("layer", layer("Discretization", bin_boundaries=[0.1, 0.2])),
        ("own-class", layer("Mine", module="__main__")),
        ("own-class", layer("Mine") | {"registered_name": "Custom>Mine"}),
        ("brought-numbers", layer("Normalization", axis=-1, mean=[0.1, 0.2], variance=[1, 1])),
        ("brought-numbers", layer("Normalization", axis=-1, mean=3.0, variance=1.0)),
        ("brought-numbers", layer("Rescaling", scale=[0.1] * 64, offset=0)),
        ("brought-numbers", dense(3, bias_constraint=None) | {}),
        ("function", dense(3, {"module": "__main__", "class_name": "function", "config": "mine"})),
        ("setting", dense(3, wanted="x y")),
        ("setting", dense(3, weights=[[0.5]])),
    ],
)
def test_what_brings_data_or_code_makes_no_recipe(reason: str, one: dict[str, Any]) -> None:
    if reason == "brought-numbers" and one["class_name"] == "Dense":
        constant = {"module": "keras.initializers", "class_name": "Constant", "config": {"value": [1, 2, 3]}}
        one["config"]["kernel_initializer"] = constant
    assert why(with_layers(one)) == reason


def test_a_graph_holds_single_numbers_and_no_lists_of_them() -> None:
    begin = layer("InputLayer", batch_shape=[None, 4], name="x") | {"name": "x", "inbound_nodes": []}
    table = layer("Multiply", module="keras.src.ops.numpy", name="y")
    table |= {"name": "y", "inbound_nodes": [{"args": [[0.25, 0.5, 0.75]], "kwargs": {}}]}
    ends = {"input_layers": ["x", 0, 0], "output_layers": ["y", 0, 0]}
    model = {"module": "keras", "class_name": "Functional", "config": {"layers": [begin, table], **ends}}
    assert why(recipe(models=[model])) == "brought-numbers"


def test_sixty_five_layers_are_one_too_many() -> None:
    assert why(with_layers(*[dense(1) for _ in range(65)])) == "too-many-layers"


def test_a_table_of_small_layers_is_longer_than_a_recipe_may_be() -> None:
    layers = [layer("Dropout", rate=0.1234567 + place / 1000) for place in range(63)]
    fits = [keras_fit(epochs=100 + place) for place in range(32)]
    answer = read_recipe(file_of(recipe(*fits, models=[sequential(*layers, dense(10))])))
    assert isinstance(answer, NoRecipe)
    assert answer.why == "too-long"
    assert int(answer.detail) > LONGEST


def test_a_usual_recipe_is_far_below_what_it_may_say() -> None:
    assert length_of(read(recipe())) < LONGEST / 4


def test_more_fits_than_thirty_two_make_no_recipe() -> None:
    assert why(recipe(*[keras_fit() for _ in range(33)])) == "too-many-fits"


def test_weights_by_class_are_as_few_as_classes() -> None:
    (fit,) = read(recipe(keras_fit(class_weight={"1": 3.0, "0": 0.5}))).fits
    assert isinstance(fit, KerasFit)
    assert fit.class_weight == {"0": 0.5, "1": 3.0}
    many = keras_fit(class_weight={str(n): n / 7 for n in range(65)})
    assert isinstance(read_recipe(file_of(recipe(many))), Refused)


def test_a_callback_is_taken_when_it_needs_no_function() -> None:
    stop = {"name": "EarlyStopping", "config": {"monitor": "val_loss", "patience": 3, "min_delta": 0.0}}
    (fit,) = read(recipe(keras_fit(callbacks=[stop], validation_share=0.2))).fits
    assert isinstance(fit, KerasFit)
    assert fit.callbacks[0].config["patience"] == 3
    own = {"name": "LambdaCallback", "config": {}}
    assert why(recipe(keras_fit(callbacks=[own]))) == "callback"


def test_adapted_layers_follow_their_new_names() -> None:
    given = recipe(
        keras_fit(adapt=["norm"]), models=[sequential(layer("Normalization", axis=-1, name="norm"))]
    )
    (fit,) = read(given).fits
    assert isinstance(fit, KerasFit)
    assert fit.adapt == ("layer_1",)


def test_an_estimator_keeps_its_parameters_and_the_ones_inside_it() -> None:
    scaler = estimator("preprocessing.StandardScaler", with_mean=True)
    forest = estimator("ensemble.RandomForestClassifier", n_estimators=50, n_jobs=-1, random_state=3)
    given = estimator("pipeline.Pipeline", ["scale", scaler], ["forest", forest], memory=None)
    (fit,) = read(with_estimator(given)).fits
    assert isinstance(fit, EstimatorFit)
    assert fit.estimator.parts == (
        ("scale", Estimator(name="sklearn.preprocessing.StandardScaler", parameters={"with_mean": True})),
        (
            "forest",
            Estimator(name="sklearn.ensemble.RandomForestClassifier", parameters={"n_estimators": 50}),
        ),
    )


@pytest.mark.parametrize(
    ("reason", "one"),
    [
        ("estimator", {"name": "builtins.eval", "parameters": {}}),
        ("estimator", estimator("externals.joblib.load")),
        ("brought-numbers", estimator("neighbors.KNeighborsClassifier", metric_params={"w": [1, 2]})),
        ("brought-numbers", estimator("preprocessing.KBinsDiscretizer", n_bins=[3, 4, 5])),
        ("brought-numbers", estimator("model_selection.GridSearchCV", param_grid={"C": list(range(70))})),
        ("estimator-setting", estimator("svm.SVC", kernel="precomputed")),
        ("estimator-setting", estimator("svm.SVC", warm_start=True)),
        ("estimator-setting", estimator("svm.SVC", kernel={"a": 1})),
        ("function", estimator("preprocessing.FunctionTransformer", func={"function": "os.system"})),
    ],
)
def test_an_estimator_brings_no_data_and_no_code(reason: str, one: dict[str, Any]) -> None:
    assert why(with_estimator(one)) == reason


def test_without_a_file_nothing_was_recorded() -> None:
    assert read_recipe(None) == NoRecipe(why="not-recorded")


def test_a_reason_is_taken_by_its_key_and_shown_on_one_line() -> None:
    said = {"protocol": 2, "none": {"why": "own-class", "detail": "A\nB"}}
    assert read_recipe(json.dumps(said).encode()) == NoRecipe(why="own-class", detail="A B")
    assert isinstance(read_recipe(b'{"protocol": 2, "none": {"why": "because"}}'), Refused)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"protocol": 1}',
        b'{"protocol": 2, "recipe": {"library": "keras3"}}',
        b'{"protocol": 2, "recipe": NaN}',
        b"[" * 100_000,
        b'{"protocol": 2, "recipe": {"a": 1' + b"0" * 5000 + b"}}",
        b" " * 300_000,
    ],
)
def test_what_the_harness_does_not_write_is_refused(content: bytes) -> None:
    assert isinstance(read_recipe(content), Refused)


@pytest.mark.parametrize("epochs", [-1, 10**9, float("inf")])
def test_numbers_stay_within_what_a_training_has(epochs: float) -> None:
    content = json.dumps({"protocol": 2, "recipe": recipe(keras_fit(epochs=epochs))}).encode()
    assert isinstance(read_recipe(content), Refused)


@given(
    st.sampled_from(sorted(LAYERS)), st.recursive(st.floats() | st.text() | st.none(), st.lists, max_leaves=9)
)
def test_no_setting_of_any_layer_carries_more_than_a_few_numbers(kind: str, value: Any) -> None:
    content = json.dumps({"protocol": 2, "recipe": with_layers(layer(kind, units=value))})
    found = read_recipe(content.encode())
    if isinstance(found, Recipe):
        (one,) = found.models[0]["config"]["layers"]
        kept = one["config"].get("units")
        assert not isinstance(kept, str) or len(kept) <= 40
        assert not isinstance(kept, list) or len(kept) <= 5


def test_each_reason_is_told_with_its_cure_in_both_languages() -> None:
    assert {f"no-recipe-{reason}" for reason in REASONS} == {k for k in keys() if k.startswith("no-recipe-")}
    for reason in REASONS:
        told = no_recipe_told(NoRecipe(why=reason, detail="X"))
        assert told.code is not None
        for language in Language:
            assert told.told_in(language).endswith((".", ")."))


def test_the_catalogue_of_reasons_asks_for_nothing_but_a_name() -> None:
    text = (resources.files("grader.words") / "recipe.toml").read_text(encoding="utf-8")
    fields = {name for _, name, _, _ in string.Formatter().parse(text.replace("{}", "")) if name}
    assert fields == {"detail"}
