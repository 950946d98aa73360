"""What a program that falls short is told it suffers from, and what no program is told."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.measuring.judging.symptoms import Seen, symptoms
from grader.model.evidence import Fit
from grader.model.recipe import Recipe
from grader.readers.recipe import read_recipe
from tests.unit.readers.written_recipes import dense, file_of, keras_fit, layer, recipe, sequential

FALLING = [2, 1.5, 1, 0.9, 0.8, 0.7, 0.6, 0.5]
TRUTH = np.arange(1000) % 10
SPARSE = "sparse_categorical_crossentropy"


def keys(**shown: Any) -> list[str | None]:
    return [message.key for message in symptoms(seen(**shown))]


def seen(**shown: Any) -> Seen:
    plain: dict[str, Any] = {"answers": TRUTH, "truth": TRUTH, "classes": True, "fit": None, "recipe": None}
    return Seen(**(plain | {"largest": 16.0} | shown))


def fit(loss: Sequence[float], epochs: int | None = None, **beside: Sequence[float]) -> Fit:
    history = {"loss": tuple(loss), **{name: tuple(curve) for name, curve in beside.items()}}
    return Fit(epochs=epochs or len(loss), seconds=1.0, history=history, on_test_rows=False)


def written(*layers: dict[str, Any], **changes: Any) -> Recipe:
    found = read_recipe(file_of(recipe(keras_fit(**changes), models=[sequential(*layers)])))
    assert isinstance(found, Recipe), found
    return found


def test_one_answer_to_nearly_every_row_is_told_with_the_class() -> None:
    answers = np.full(1000, 3)
    (told,) = symptoms(seen(answers=answers))
    assert "1,000 rows: 3." in told.en
    assert "1.000 linhas: 3." in told.pt
    answers[:2] = 4
    assert keys(answers=answers) == []
    assert keys(answers=np.full(1000, 3), truth=np.full(1000, 3)) == []
    assert keys(answers=np.full(1000, 3), truth=None) == ["symptom-one-class"]


def test_one_number_for_every_row_is_told() -> None:
    prices = np.linspace(0.5, 5, 1000)
    assert keys(answers=np.full(1000, 2.07), truth=prices, classes=False) == ["symptom-one-number"]
    assert keys(answers=prices * 0.9, truth=prices, classes=False) == []


def test_classes_that_are_all_moved_by_a_step_are_told_with_the_error_that_there_would_be() -> None:
    answers = TRUTH + 1
    answers[:50] = 0
    (told,) = symptoms(seen(answers=answers))
    assert told.key == "symptom-classes-moved"
    assert "here 0 is right the answer is nearly always 1" in told.en
    assert "would be 5 %" in told.en


def test_classes_that_are_exchanged_are_told_by_name() -> None:
    names = np.array([0, 1, 7, 3, 4, 5, 6, 2, 9, 8])
    (told,) = symptoms(seen(answers=names[TRUTH]))
    assert told.key == "symptom-classes-renamed"
    assert "2 → 7, 7 → 2, 8 → 9, 9 → 8" in told.en


def test_two_classes_have_a_sentence_of_their_own() -> None:
    two = TRUTH % 2
    assert keys(answers=1 - two, truth=two) == []


@given(wrong=st.floats(0, 1), seed=st.integers(0, 2**32 - 1), favourite=st.integers(0, 9))
def test_however_wrong_a_program_is_by_chance_its_classes_are_not_called_exchanged(
    wrong: float, seed: int, favourite: int
) -> None:
    drawn = np.random.default_rng(seed)
    answers = np.where(drawn.random(1000) < wrong, drawn.integers(0, 10, 1000), TRUTH)
    assert keys(answers=answers) == []
    answers = np.where(drawn.random(1000) < wrong / 2, favourite, TRUTH)
    assert keys(answers=answers) == []


@pytest.mark.parametrize(
    ("trained", "key"),
    [
        (fit([2.3, 1.0], epochs=20), "symptom-no-number"),
        (fit([2.303, 2.302, 2.301, 2.302, 2.3]), "symptom-loss-flat"),
        (fit(FALLING, val_loss=[2, 1.5, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7]), "symptom-overfits"),
        (fit([2, 1.8, 1.6, 1.4, 1.2, 1.0, 0.8, 0.6]), "symptom-still-learning"),
    ],
)
def test_what_a_curve_shows_is_told(trained: Fit, key: str) -> None:
    assert keys(fit=trained) == [key]


@pytest.mark.parametrize(
    "trained",
    [
        fit([1.0, 0.5, 0.4, 0.38, 0.37, 0.37, 0.37, 0.37]),
        fit([2, 1.5, 1, 0.9, 0.8, 0.7, 0.6, 0.59], val_loss=[2, 1.5, 1.2, 1.1, 1.1, 1.1, 1.15, 1.2]),
        fit([0.5, 0.1, 0.05]),
        fit([]),
        fit([2.0] * 10_000, epochs=20_000, accuracy=[0.1]),
    ],
)
def test_curves_that_show_nothing_plain_are_told_nothing(trained: Fit) -> None:
    assert set(keys(fit=trained)) <= {"symptom-loss-flat"}
    assert len(trained.history["loss"]) > 1000 or keys(fit=trained) == []


def test_inputs_as_large_as_pixels_are_told_unless_something_scales_them() -> None:
    plain = [dense(30, "relu"), dense(10, "softmax")]
    raw: dict[str, Any] = {"map": {"steps": []}}
    assert keys(recipe=written(*plain, **raw), largest=255.0) == ["symptom-not-scaled"]
    assert keys(recipe=written(*plain, **raw), largest=16.0) == []
    assert keys(recipe=written(*plain), largest=255.0) == []
    rescaled = layer("Rescaling", scale=1 / 255, offset=0.0)
    assert keys(recipe=written(rescaled, *plain, **raw), largest=255.0) == []


@pytest.mark.parametrize(
    ("last", "from_logits", "key"),
    [
        ("softmax", True, "symptom-softmax-and-logits"),
        ("linear", False, "symptom-logits-without-softmax"),
        ("softmax", False, None),
        ("linear", True, None),
        ("relu", False, None),
    ],
)
def test_a_last_layer_that_does_not_suit_its_loss_is_told(
    last: str,
    from_logits: bool,  # noqa: FBT001 - as Keras names it
    key: str | None,
) -> None:
    loss = {
        "class_name": "SparseCategoricalCrossentropy",
        "module": "keras.losses",
        "config": {"from_logits": from_logits},
    }
    told = keys(recipe=written(dense(30, "relu"), dense(10, last), loss=loss))
    assert told == ([] if key is None else [key])


def test_another_loss_suits_any_last_layer() -> None:
    loss = {"class_name": "mse", "config": {}}
    assert keys(recipe=written(dense(30, "relu"), dense(1), loss=loss)) == []
