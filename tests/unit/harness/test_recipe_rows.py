"""Rows and targets of a fit are tied to the served training rows by value, and said in a recipe's words."""

from importlib import import_module
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

ties: Any = import_module("grader_harness.recipe.tied_rows")
maps: Any = import_module("grader_harness.recipe.row_maps")
targets: Any = import_module("grader_harness.recipe.tied_targets")

RNG = np.random.default_rng(5)
PICTURES = RNG.integers(0, 256, (600, 28, 28)).astype("u1") * (RNG.random((600, 28, 28)) > 0.6)
TABLE = RNG.normal(size=(400, 7)) * [1, 10, 0.1, 3, 1000, 1, 5] + [0, 3, 0, -50, 10_000, 2, 1]
LABELS = np.arange(400) % 3


def tied(x: Any, raw: Any) -> Any:
    found = ties.tie_rows(x, raw)
    assert isinstance(found, ties.Tied), vars(found)
    return found


def steps(x: Any, raw: Any) -> Any:
    found = tied(x, raw)
    return maps.steps_of(found, raw, raw[found.places])


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (PICTURES, []),
        (PICTURES.astype("f4"), []),
        ((PICTURES / 255).astype("f4"), [{"kind": "affine", "scale": [1 / 255], "offset": [0.0]}]),
        (1 - PICTURES / 255, [{"kind": "affine", "scale": [-1 / 255], "offset": [1.0]}]),
        (
            PICTURES.reshape(600, 784) / 127.5 - 1,
            [{"kind": "affine", "scale": [1 / 127.5], "offset": [-1.0]}],
        ),
        (PICTURES[:, 4:24, 4:24, None], [{"kind": "picture", "how": "cropped", "size": [20, 20]}]),
        (PICTURES[:, ::2, ::2], [{"kind": "picture", "how": "every", "size": [14, 14]}]),
        (
            PICTURES.reshape(600, 14, 2, 14, 2).mean((2, 4)),
            [{"kind": "picture", "how": "mean", "size": [14, 14]}],
        ),
        ((PICTURES > 100.5).astype("f4"), [{"kind": "step", "above": 100.5}]),
    ],
)
def test_pictures_are_tied_under_the_operation_that_made_them(made: Any, said: list[dict[str, Any]]) -> None:
    found = steps(made, PICTURES)
    assert [one["kind"] for one in found] == [one["kind"] for one in said]
    for one, other in zip(found, said, strict=True):
        for key, value in other.items():
            assert one[key] == (value if isinstance(value, str) else pytest.approx(value, rel=1e-5, abs=1e-6))


def test_a_frame_of_zeros_is_told() -> None:
    padded = np.pad(PICTURES, ((0, 0), (2, 2), (2, 2))) / 255
    assert steps(padded, PICTURES)[0] == {"kind": "picture", "how": "padded", "size": [32, 32]}


@settings(max_examples=30, deadline=None)
@given(st.sampled_from([-2.0, 0.5, 1.0, 1 / 255]), st.floats(-3, 3), st.integers(0, 9), st.integers(300, 600))
def test_pictures_in_any_order_are_found_where_they_stand(
    scale: float, offset: float, seed: int, count: int
) -> None:
    order = np.random.default_rng(seed).permutation(600)[:count]
    found = ties.tie_rows((PICTURES[order] * scale + offset).astype("f4"), PICTURES)
    # Of a part of the rows the darkest and lightest value are those of all but by bad luck.
    assert isinstance(found, ties.Tied)
    assert (found.places == order).all()


@pytest.mark.parametrize("columns", [list(range(7)), [4, 0, 6]])
def test_columns_scaled_each_on_its_own_are_said_by_the_rows_they_were_fitted_to(columns: list[int]) -> None:
    standard = ((TABLE - TABLE.mean(0)) / TABLE.std(0))[:, columns]
    chosen = [] if len(columns) == 7 else [{"kind": "columns", "columns": columns}]
    assert steps(standard, TABLE) == [*chosen, {"kind": "fitted", "by": "standard", "per_column": True}]
    wide = ((TABLE - TABLE.min(0)) / np.ptp(TABLE, axis=0))[:, columns] * 2 - 1
    assert steps(wide, TABLE) == [
        *chosen,
        {"kind": "fitted", "by": "range", "per_column": True},
        {"kind": "affine", "scale": [2.0], "offset": [-1.0]},
    ]


def test_a_split_of_one_s_own_is_drawn_anew_by_the_grader() -> None:
    order = np.random.default_rng(0).permutation(400)[:320]
    own = TABLE[order]
    found = tied(((own - own.mean(0)) / own.std(0)).astype("f4"), TABLE)
    assert (found.places == order).all()
    assert maps.rows_of(found.places, LABELS) == {"drawn": 320}
    assert maps.steps_of(found, TABLE, own)[0]["by"] == "standard"


@pytest.mark.parametrize(
    ("places", "said"),
    [
        (np.arange(400), {"start": 0, "stop": None, "step": 1}),
        (np.arange(100, 300), {"start": 100, "stop": 300, "step": 1}),
        (np.arange(1, 400, 2), {"start": 1, "stop": None, "step": 2}),
        (np.random.default_rng(1).permutation(400), {"start": 0, "stop": None, "step": 1}),
        (np.flatnonzero(LABELS < 2), {"with_labels": [0, 1]}),
        (np.flatnonzero(LABELS < 2)[::3], {"with_labels": [0, 1], "drawn": 89}),
        (np.r_[0:50, 70:100], {"drawn": 80}),
        (np.r_[0:50, 0:50], None),
        (np.r_[0:98:2, 1:98:2, 98, 98], {"drawn": 100}),
    ],
)
def test_rows_are_said_as_a_program_would(places: Any, said: dict[str, Any] | None) -> None:
    assert maps.rows_of(places, LABELS) == said


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (np.random.default_rng(2).random((600, 784)), "rows"),
        (np.roll(PICTURES, 1, axis=1), "rows"),
        (np.concatenate((PICTURES, np.roll(PICTURES[:60], 1, axis=2))), "other-rows"),
        (np.full((600, 784), np.nan), "rows"),
        (PICTURES[:1], "rows"),
    ],
)
def test_rows_that_are_not_the_course_s_own_are_not_tied(made: Any, why: str) -> None:
    found = ties.tie_rows(made, PICTURES)
    assert isinstance(found, ties.Untied)
    assert found.why == why


def test_columns_of_one_s_own_making_are_not_tied() -> None:
    assert isinstance(ties.tie_rows(np.c_[TABLE, TABLE[:, 0] ** 2], TABLE), ties.Untied)
    assert isinstance(ties.tie_rows(np.log1p(np.abs(TABLE)), TABLE), ties.Untied)
    assert isinstance(ties.tie_rows(TABLE @ np.random.default_rng(3).normal(size=(7, 5)), TABLE), ties.Untied)


def test_few_typed_rows_are_tied_in_their_order() -> None:
    typed = np.array([[4, 15], [65, 5], [50, 30], [11, 55], [30, 40], [80, 90]])
    assert steps(typed / 100, typed) == [{"kind": "affine", "scale": [0.01], "offset": [0.0]}]


def test_test_rows_are_tied_whole_and_in_their_order_or_not_at_all() -> None:
    assert isinstance(ties.tie_rows(TABLE / 2, TABLE, in_order=True), ties.Tied)
    mixed = ties.tie_rows(TABLE[::-1] / 2, TABLE, in_order=True)
    assert (mixed.why, mixed.detail) == ("test-map", "400 x 7")


@pytest.mark.parametrize(
    ("given_as", "said"),
    [
        (LABELS, {"form": "integer"}),
        (LABELS.astype("f4")[:, None], {"form": "float", "column": True}),
        (np.eye(3)[LABELS], {"form": "one_hot", "classes": 3}),
        (np.eye(10)[LABELS], {"form": "one_hot", "classes": 10}),
        (np.eye(3)[LABELS] * 2 - 1, {"form": "one_hot", "classes": 3, "scale": 2.0, "offset": -1.0}),
        (LABELS * 2.0 - 1, {"form": "float", "scale": 2.0, "offset": -1.0}),
        (LABELS + 1, {"form": "integer", "scale": 1.0, "offset": 1.0}),
    ],
)
def test_labels_are_known_in_every_form_that_a_recipe_has(given_as: Any, said: dict[str, Any]) -> None:
    assert targets.tie_targets(given_as, LABELS) == said


def test_single_wrong_targets_are_counted() -> None:
    wrong = LABELS.copy()
    wrong[:7] = (wrong[:7] + 1) % 3
    for given_as in (wrong, np.eye(3)[wrong]):
        found = targets.tie_targets(given_as, LABELS)
        assert (found.why, found.detail) == ("wrong-targets", "7/400")
    assert targets.tie_targets((LABELS * 7 + 3) % 5, LABELS).why in ("targets", "wrong-targets")


def test_numbers_are_known_on_any_scale_and_as_logarithms() -> None:
    prices = np.abs(TABLE[:, 4])
    assert targets.tie_targets(prices, prices) == {"form": "float"}
    assert targets.tie_targets((prices - prices.mean()) / prices.std(), prices) == {"form": "standard"}
    assert targets.tie_targets(np.log1p(prices), prices) == {"form": "log"}
    assert targets.tie_targets(prices / 1000, prices) == {"form": "float", "scale": 0.001, "offset": 0.0}
    assert targets.tie_targets(np.sqrt(prices), prices).why == "targets"


def test_columns_that_vary_in_few_rows_follow_the_training_rows_in_the_test_rows_too() -> None:
    rare = TABLE.copy()
    rare[:, 2] = 0
    test = TABLE.copy()
    test[:, 2] = 0
    test[[13, 200], 2] = 7
    wide = np.where(rare.std(0) > 0, rare.std(0), 1)
    found = ties.tie_rows((test - rare.mean(0)) / wide, test, in_order=True)
    assert maps.steps_of(found, test, rare) == [{"kind": "fitted", "by": "standard", "per_column": True}]


def test_an_own_split_under_one_scale_is_said_with_one_number() -> None:
    whole = RNG.integers(0, 17, (400, 64))
    found = tied((whole[::-1][:300] / 16).astype("f4"), whole)
    assert maps.steps_of(found, whole, whole[found.places]) == [
        {"kind": "affine", "scale": [0.0625], "offset": [0.0]}
    ]


def test_several_numbers_a_row_are_known_as_they_are() -> None:
    pairs = np.array([[2.0, 5.0], [1.0, 7.0]])
    assert targets.tie_targets(pairs, pairs) == {"form": "float"}
    assert isinstance(ties.tie_rows(pairs, pairs), ties.Tied)


def test_rows_that_differ_by_little_are_told_apart() -> None:
    table = np.repeat(TABLE[:100], 2, axis=0)
    table[1::2, 0] += 2e-5
    order = np.random.default_rng(8).permutation(200)
    found = tied(table[order][:150], table)
    assert (found.places == order[:150]).all()


def test_few_rows_in_which_some_columns_stand_still_are_found_each_in_its_place() -> None:
    whole = RNG.integers(0, 17, (400, 64)) * (RNG.random((400, 64)) > 0.3)
    whole[:, :8] *= RNG.random((400, 8)) > 0.99
    order = np.random.default_rng(2).permutation(400)[:40]
    found = tied(whole[order].astype(float), whole)
    assert (found.places == order).all()
    assert maps.rows_of(found.places, LABELS) == {"drawn": 40}
