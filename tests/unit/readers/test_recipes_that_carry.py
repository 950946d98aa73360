"""Recipes that try to bring answers along: each way is refused by name, or longer than a recipe may be."""

from typing import Any

import pytest

from grader.model.recipe import NoRecipe, Recipe
from grader.readers.recipe import read_recipe
from grader.readers.recipe_length import LONGEST
from tests.unit.readers.written_recipes import dense, file_of, keras_fit, layer, recipe, sequential

ANSWERS = [(7 * n * n + 3 * n) % 10 for n in range(898)]
BROUGHT = "brought-numbers"
TYPED = [n / 9973 for n in range(1, 64)]


def why(data: dict[str, Any]) -> str:
    found = read_recipe(file_of(data))
    return found.why if isinstance(found, NoRecipe) else type(found).__name__


def constant(value: Any) -> dict[str, Any]:
    return {"module": "keras.initializers", "class_name": "Constant", "config": {"value": value}}


def with_layer(one: dict[str, Any]) -> dict[str, Any]:
    return recipe(models=[sequential(one, dense(10, "softmax"))])


def with_setting(kind: str, **settings: Any) -> dict[str, Any]:
    one = layer(kind)
    one["config"] |= settings
    return with_layer(one)


def estimator(name: str, **parameters: Any) -> dict[str, Any]:
    one = {"name": f"sklearn.{name}", "parameters": parameters, "parts": []}
    fit = {"kind": "estimator", "estimator": one, "rows": {}, "map": {}, "targets": {}}
    answers = {"map": {}, "decode": "identity"}
    return {"library": "sklearn", "models": [], "fits": [fit], "answers": answers}


@pytest.mark.parametrize(
    ("reason", "data"),
    [
        # weights that are typed in, as initializers
        (BROUGHT, with_setting("Dense", units=10, kernel_initializer=constant(ANSWERS))),
        (BROUGHT, with_setting("Dense", units=10, bias_initializer=constant(0.37))),
        (
            BROUGHT,
            with_setting("Dense", units=10, kernel_initializer={"class_name": "list", "config": TYPED}),
        ),
        (BROUGHT, with_setting("BatchNormalization", gamma_initializer=constant(TYPED))),
        (BROUGHT, with_setting("BatchNormalization", moving_mean_initializer=constant(TYPED))),
        # numbers of a preprocessing layer that no row was shown for
        (BROUGHT, with_setting("Normalization", mean=TYPED, variance=TYPED)),
        (BROUGHT, with_setting("Rescaling", scale=TYPED, offset=0.0)),
        (BROUGHT, with_setting("Rescaling", scale=1.0, offset=TYPED)),
        # tables to look things up in
        ("layer", with_setting("IntegerLookup", vocabulary=ANSWERS)),
        ("layer", with_setting("StringLookup", vocabulary=[str(one) for one in ANSWERS])),
        ("layer", with_setting("TextVectorization", vocabulary=["a"], idf_weights=[0.5])),
        ("layer", with_setting("Discretization", bin_boundaries=TYPED)),
        ("layer", with_setting("Hashing", num_bins=898, salt=ANSWERS)),
        ("layer", with_setting("CategoryEncoding", num_tokens=898)),
        ("layer", with_setting("Embedding", input_dim=898, output_dim=1, weights=[ANSWERS])),
        # lists of an estimator
        ("estimator", estimator("cluster.KMeans", init=[TYPED])),
        (BROUGHT, estimator("naive_bayes.GaussianNB", priors=TYPED)),
        ("estimator", estimator("preprocessing.OrdinalEncoder", categories=[ANSWERS])),
        (BROUGHT, estimator("preprocessing.SplineTransformer", knots=[TYPED])),
        ("estimator", estimator("impute.SimpleImputer", strategy="constant", fill_value=ANSWERS)),
        (BROUGHT, estimator("model_selection.GridSearchCV", param_grid={}, cv=[[ANSWERS, ANSWERS]])),
        (BROUGHT, estimator("neural_network.MLPClassifier", hidden_layer_sizes=ANSWERS[:33])),
        ("estimator-setting", estimator("svm.SVC", class_weight={str(n): n / 7 for n in range(33)})),
    ],
)
def test_what_holds_answers_is_refused_by_name(reason: str, data: dict[str, Any]) -> None:
    assert why(data) == reason


def stacked(kind: str, setting: str) -> dict[str, Any]:
    """Return a model of forty layers that differ in one number each."""
    layers = [layer(kind) for _ in range(40)]
    for one, number in zip(layers, TYPED, strict=False):
        one["config"][setting] = number
    return recipe(models=[sequential(*layers, dense(10))])


def chosen(columns: list[int]) -> dict[str, Any]:
    return keras_fit(map={"steps": [{"kind": "columns", "columns": columns}]})


@pytest.mark.parametrize(
    "data",
    [
        # a decision table of single units: each layer of another width, rate and slope
        recipe(models=[sequential(*[dense(100 + place) for place in range(62)], dense(10))]),
        stacked("LeakyReLU", "negative_slope"),
        stacked("GaussianNoise", "stddev"),
        stacked("Rescaling", "scale"),
        # which columns, and how each is scaled
        recipe(chosen(list(range(100, 164)))),
        recipe(keras_fit(map={"steps": [{"kind": "affine", "scale": TYPED, "offset": [0]}]})),
        # which rows, fit after fit
        recipe(*[keras_fit(rows={"start": 101 + n, "stop": 150 + 3 * n, "step": 7}) for n in range(32)]),
        # how much each class counts, fit after fit
        recipe(*[keras_fit(label_weight={str(k): TYPED[(n + k) % 63] for k in range(10)}) for n in range(9)]),
        estimator("model_selection.GridSearchCV", param_grid={"alpha": TYPED}),
        estimator("linear_model.RidgeCV", alphas=TYPED[:32]),
    ],
)
def test_numbers_in_many_small_places_are_longer_than_a_recipe_may_be(data: dict[str, Any]) -> None:
    found = read_recipe(file_of(data))
    assert isinstance(found, NoRecipe), "it would be trained again"
    assert found.why in ("too-long", "brought-numbers")
    assert found.why != "too-long" or int(found.detail) > LONGEST


@pytest.mark.parametrize("many", [63, 65, 898])
def test_a_weight_for_each_row_has_no_place_in_a_recipe(many: int) -> None:
    data = recipe(keras_fit(label_weight={str(n): n / 7 for n in range(many)}))
    assert not isinstance(read_recipe(file_of(data)), Recipe)


def test_a_list_of_rows_has_no_place_in_a_recipe() -> None:
    data = recipe(keras_fit(rows={"places": ANSWERS, "drawn": 400}))
    found = read_recipe(file_of(data))
    if isinstance(found, Recipe):  # a key that nobody knows is not read
        assert "places" not in str(found.fits[0].rows)
        assert found.fits[0].rows.drawn == 400
