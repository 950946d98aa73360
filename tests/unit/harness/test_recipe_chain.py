"""From the weights that answered back to weights drawn at random, over every fit between; else a reason."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

fits: Any = import_module("grader_harness.recipe.fits")
chains: Any = import_module("grader_harness.recipe.chain")
rates: Any = import_module("grader_harness.recipe.rates")
weights: Any = import_module("grader_harness.recipe.row_weights")
callbacks: Any = import_module("grader_harness.recipe.callbacks")
assigned: Any = import_module("grader_harness.recipe.assigned")
trainers: Any = import_module("grader_harness.retraining.keras_models")
fit_books: Any = import_module("grader_harness.recipe.fit_book")


def fit(begin: str | None, end: str, **more: Any) -> Any:
    return fits.Fit("keras3", more.pop("owner", 0), begin=begin, end=end, epochs=3, **more)


def recorded(*kept: Any, brought: dict[str, str] | None = None) -> Any:
    return SimpleNamespace(fits=list(kept), brought=brought or {})


def test_fits_are_chained_by_what_their_weights_were() -> None:
    first, second, other = fit("a", "b"), fit("b", "c"), fit("x", "y", owner=1)
    assert chains.chain_to("c", 0, recorded(first, other, second)) == [first, second]


def test_a_model_loaded_from_what_was_saved_goes_on_under_another_number() -> None:
    first, second = fit("a", "b"), fit("b", "c", owner=1)
    assert chains.chain_to("c", 1, recorded(first, second)) == [first, second]


def test_a_fit_is_cut_at_the_epoch_whose_weights_were_kept() -> None:
    kept = fit("a", "d", after=["b", "c", "d"])
    (cut,) = chains.chain_to("c", None, recorded(kept))
    assert cut.epochs == 2


def test_weights_put_back_to_where_a_first_fit_began_are_drawn_at_random() -> None:
    first, second = fit("a", "b"), fit("a", "c")
    assert chains.chain_to("c", 0, recorded(first, second, brought={"a": "set_weights"})) == [second]


@pytest.mark.parametrize(
    ("kept", "brought", "asked", "why"),
    [
        ([], {}, "a", "nothing-trained"),
        ([fit("a", "b")], {"a": "load_weights"}, "b", "weights-brought"),
        ([fit("a", "b")], {"z": "set_weights"}, "z", "weights-changed"),
        ([fit("a", "b")], {}, "z", "weights-changed"),
        ([fit("a", "b", owner=3)], {}, "z", "weights-brought"),
        ([fit("a", "b"), fit("y", "z")], {}, "z", "weights-changed"),
    ],
)
def test_weights_that_no_fit_led_to_have_no_recipe(
    kept: list[Any], brought: dict[str, str], asked: str, why: str
) -> None:
    with pytest.raises(fits.NoRecipe) as raised:
        chains.chain_to(asked, 0, recorded(*kept, brought=brought))
    assert raised.value.why == why


def test_what_denied_one_fit_denies_the_chain() -> None:
    first = fit("a", "b", why=fits.NoRecipe("rows", "9 x 9"))
    with pytest.raises(fits.NoRecipe) as raised:
        chains.chain_to("c", 0, recorded(first, fit("b", "c")))
    assert raised.value.detail == "9 x 9"


def test_more_than_thirty_two_fits_that_differ_are_too_many() -> None:
    kept = [fit(str(n), str(n + 1)) for n in range(33)]
    with pytest.raises(fits.NoRecipe) as raised:
        chains.chain_to("33", 0, recorded(*kept))
    assert raised.value.why == "too-many-fits"


def test_a_loop_of_fits_that_are_alike_is_one() -> None:
    fit_book = fit_books.FitBook(None)
    for n in range(50):
        fit_book.keep(fit(str(n), str(n + 1), data={"rows": {}}))
    (one,) = fit_book.fits
    assert (one.epochs, one.begin, one.end) == (150, "0", "50")


def test_a_fit_whose_optimizer_begins_again_is_a_fit_of_its_own() -> None:
    fit_book = fit_books.FitBook(None)
    for begin, end, anew in (("a", "b", True), ("b", "c", False), ("c", "d", True)):
        fit_book.keep(fit(begin, end, anew=anew))
    assert [(one.epochs, one.anew) for one in fit_book.fits] == [(6, True), (3, True)]


class Variable:
    """A stand-in for TensorFlow's: given a value as that is."""

    value = 0

    def assign(self, value: int) -> "Variable":
        self.value = value
        return self

    def assign_add(self, value: int) -> "Variable":
        return self.assign(self.value + value)

    def assign_sub(self, value: int) -> "Variable":
        return self.assign(self.value - value)


def watched(*, counts: bool) -> tuple[Any, type[Variable]]:
    kind = type("BaseResourceVariable", (Variable,), {})
    hooks = SimpleNamespace(after=lambda _, action: action(SimpleNamespace(BaseResourceVariable=kind)))
    seen = assigned.Assigned(lambda: counts)
    seen.install(hooks)
    return seen, kind


@pytest.mark.parametrize("call", ["assign", "assign_add", "assign_sub"])
def test_what_is_given_a_value_outside_any_fit_is_seen_until_a_fit_begins_with_it(call: str) -> None:
    seen, kind = watched(counts=True)
    one, other = kind(), kind()
    assert getattr(one, call)(2) is one
    assert (seen.any_of([other]), seen.any_of([other, SimpleNamespace(_value=one)])) == (False, True)
    seen.forget([one])
    assert not seen.any_of([one])


def test_the_steps_of_a_fit_are_no_start_set_by_hand() -> None:
    seen, kind = watched(counts=False)
    one = kind()
    one.assign(2)
    assert not seen.any_of([one])


def test_what_another_models_fit_has_taught_is_no_start_of_ones_own_until_ones_own_fit_has() -> None:
    seen, kind = watched(counts=True)
    shared, own = kind(), kind()
    seen.learn([shared], 0)
    assert (seen.learnt_by_another([own, shared], 1), seen.learnt_by_another([shared], 0)) == (True, False)
    seen.learn([own, shared], 1)
    assert not seen.learnt_by_another([own, shared], 1)


def test_a_training_compiles_again_where_the_program_did() -> None:
    alike = {"model": 0, "optimizer": {}, "loss": {}}
    fits_told = [alike, alike, alike | {"anew": True}, alike]
    assert [trainers.compiled_at(fits_told, place) for place in range(4)] == [0, 0, 2, 2]


def divide(one: int, other: int) -> float:
    return one / other


def test_a_failure_of_ours_ends_the_recording_and_nothing_else() -> None:
    fit_book = fit_books.FitBook(None)
    with fit_book.ours():
        divide(1, 0)
    assert not fit_book.watching()
    assert fit_book.fault == "ZeroDivisionError: division by zero"


def test_what_a_program_raises_is_not_kept_from_it() -> None:
    with pytest.raises(KeyboardInterrupt), fit_books.FitBook(None).ours():
        raise KeyboardInterrupt


def test_a_digest_tells_weights_apart_to_the_last_bit() -> None:
    one = [np.ones((3, 2), "f4"), np.zeros((), "f4")]
    other = [one[0].copy(), one[1]]
    assert fits.digest_of(one) == fits.digest_of(other)
    other[0][0, 0] = np.nextafter(np.float32(1), np.float32(2))
    assert fits.digest_of(one) != fits.digest_of(other)
    assert fits.digest_of([np.ones(6, "f4")]) != fits.digest_of([np.ones((3, 2), "f4")])


def test_a_rate_that_was_changed_between_epochs_is_the_schedule_that_it_came_to() -> None:
    settings = {"batch_size": 10}
    assert rates.schedule_of([0.1, 0.1, 0.01], 95, settings)["config"] == {
        "boundaries": [19],
        "values": [0.1, 0.01],
    }
    falling = [0.1 * 0.9**epoch for epoch in range(40)]
    found = rates.schedule_of(falling, 95, settings)
    assert found["class_name"] == "ExponentialDecay"
    assert found["config"]["decay_rate"] == pytest.approx(0.9)
    assert rates.schedule_of([0.1 + 0.01 * (epoch % 7) ** 2 for epoch in range(40)], 95, settings) is None


def test_weights_of_rows_are_those_of_their_labels_or_none() -> None:
    labels = np.array([0, 1, 1, 0])
    assert weights.by_label(np.array([2.0, 1, 1, 2]), labels) == {"0": 2.0, "1": 1.0}
    assert weights.by_label(np.ones(4), labels) is None
    with pytest.raises(fits.NoRecipe):
        weights.by_label(np.array([2.0, 1, 3, 2]), labels)
    assert weights.by_class({0: 1, 1: 3}) == {"0": 1.0, "1": 3.0}


def test_a_callback_of_the_program_s_own_could_change_weights_and_one_that_writes_could_not() -> None:
    own = type("Mine", (), {"__module__": "__main__"})()
    writes = type("CSVLogger", (), {"__module__": "keras.src.callbacks"})()
    keeps = type("ModelCheckpoint", (), {"__module__": "keras.src.callbacks"})()
    assert [callbacks.could_change(one) for one in (own, writes, keeps)] == [True, False, True]


def test_a_step_of_a_pipeline_or_the_best_of_a_search_answers_for_the_whole() -> None:
    door: Any = import_module("grader_harness.recipe.estimator_door")
    inner, other = SimpleNamespace(), SimpleNamespace()
    pipeline = SimpleNamespace(steps=[("scale", other), ("last", inner)])
    assert door.holds(pipeline, inner)
    assert door.holds(SimpleNamespace(best_estimator_=pipeline), inner)
    assert not door.holds(pipeline, other)
    assert not door.holds(None, inner)


def test_a_setting_is_written_as_json_has_it() -> None:
    given = {
        "rate": np.float32(0.5),
        "units": np.int64(3),
        "pair": (1, 2),
        "score": float("nan"),
        "kind": ValueError(),
    }
    assert fits.plain(given) == {
        "rate": 0.5,
        "units": 3,
        "pair": [1, 2],
        "score": None,
        "kind": {"class_name": "ValueError", "module": "builtins", "config": {}},
    }
