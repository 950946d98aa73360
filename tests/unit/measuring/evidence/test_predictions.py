import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.measuring.evidence.predictions import (
    Chosen,
    NothingDelivered,
    choose_predictions,
    decode_predictions,
)
from grader.model.evidence import Source, SourceReport, SourceState
from grader.model.message import Text
from grader.model.run import Refusal
from grader.readers.refused import Refused
from tests.unit.measuring.made import assignment, report


def saved(array: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def decoded(array: Any, classes: int | None, targets: tuple[float, ...] = (), rows: int = 4) -> Any:
    taken = decode_predictions(saved(array), rows=rows, classes=classes, target_values=targets)
    assert not isinstance(taken, Refused), taken
    return taken[1].tolist()


def why(array: Any, classes: int | None, rows: int = 4) -> str:
    taken = decode_predictions(saved(array), rows=rows, classes=classes)
    assert isinstance(taken, Refused)
    return taken.reason.en


SCORES = np.array([[0.1, 0.9, 0.0], [0.8, 0.1, 0.1], [0.2, 0.2, 0.6], [0.3, 0.4, 0.3]])


@pytest.mark.parametrize("kind", ["<f2", "<f4", "<f8"])
def test_scores_become_the_class_of_the_largest(kind: str) -> None:
    assert decoded(SCORES.astype(kind), 3) == [1, 0, 2, 1]
    assert decoded(np.asfortranarray(SCORES.astype(kind)), 3) == [1, 0, 2, 1]
    assert decoded(SCORES.astype(kind)[:, None, :], 3) == [1, 0, 2, 1]


@pytest.mark.parametrize("kind", ["|u1", "<i2", "<i4", "<i8", "<f4", "<f8"])
def test_class_numbers_are_taken_as_they_are(kind: str) -> None:
    numbers = np.array([2, 0, 1, 2]).astype(kind)
    assert decoded(numbers, 3) == [2, 0, 1, 2]
    assert decoded(numbers.reshape(4, 1), 3) == [2, 0, 1, 2]


def test_one_score_per_row_of_two_classes_is_split_in_the_middle_of_the_targets() -> None:
    sigmoid = np.array([[0.1], [0.51], [0.49], [0.9]])
    assert decoded(sigmoid, 2) == [0, 1, 0, 1]
    assert decoded(np.array([-0.2, 0.1, -0.9, 0.9]), 2, (-1.0, 1.0)) == [0, 1, 0, 1]
    assert decoded(np.array([1.2, 1.6, 1.4, 2.0]), 2, (1.0, 2.0)) == [0, 1, 0, 1]


def test_signs_and_booleans_are_classes() -> None:
    assert decoded(np.array([-1, 1, 1, -1]), 2) == [0, 1, 1, 0]
    assert decoded(np.array([True, False, False, True]), 2) == [1, 0, 0, 1]
    assert decoded(np.array([0, 1, 1, 0]), 2, (-1.0, 1.0)) == [0, 1, 1, 0]


def test_two_classes_coded_in_a_way_nobody_told_are_refused_not_guessed() -> None:
    assert "from 1 to 2" in why(np.array([1, 2, 2, 1]), 2)
    assert decoded(np.array([1, 2, 2, 1]), 2, (1.0, 2.0)) == [0, 1, 1, 0]
    assert decoded(np.array([0.0, 1.0, 1.0, 0.0]), 2, (1.0, 2.0)) == [0, 1, 1, 0]


def test_targets_of_several_numbers_are_taken_as_they_are() -> None:
    swapped = np.array([[0.1, 0.9], [0.9, 0.1]], dtype="float32")
    taken = decode_predictions(saved(swapped), rows=2, classes=None, columns=2)
    assert not isinstance(taken, Refused)
    assert taken[1].tolist() == swapped.astype("float64").tolist()
    short = decode_predictions(saved(swapped[:, 0]), rows=2, classes=None, columns=2)
    assert isinstance(short, Refused)
    assert "(2, 2)" in short.reason.en


def test_numbers_stay_numbers_without_classes() -> None:
    assert decoded(np.array([[1.5], [2], [3], [4]], dtype="<f4"), None) == [1.5, 2, 3, 4]


@pytest.mark.parametrize("shape", [(3, 4), (3,), (5,), (4, 2), (4, 4), ()])
def test_a_wrong_shape_is_refused_with_both_shapes(shape: tuple[int, ...]) -> None:
    said = why(np.zeros(shape), 3)
    assert f"shape {shape}" in said
    assert "(4,) / (4, 3)" in said


def test_values_that_are_not_finite_are_refused_and_counted() -> None:
    bad = SCORES.copy()
    bad[0, 0], bad[1, 1], bad[2, 2] = np.nan, -np.inf, 1e308
    assert "3 values are NaN or infinite" in why(bad, 3)


def test_values_that_are_no_classes_are_refused_with_their_range() -> None:
    assert "from -3 to 2" in why(np.array([-3, 0, 1, 2]), 3)
    assert "from 0 to 3" in why(np.array([3, 0, 1, 2]), 3)
    assert "from 0.2 to 2.5" in why(np.array([0.2, 1, 2.5, 2]), 3)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=50))
def test_one_hot_rows_and_class_numbers_mean_the_same(classes: list[int]) -> None:
    rows = len(classes)
    assert decoded(np.eye(10)[classes], 10, rows=rows) == decoded(np.array(classes), 10, rows=rows)


def choose(
    candidates: dict[Source, bytes | None], *, refusals: tuple[Refusal, ...] = (), **said: Any
) -> Chosen | NothingDelivered:
    return choose_predictions(
        assignment(),
        candidates=candidates,
        report=report(**said),
        rows=4,
        classes=3,
        refusals=refusals,
    )


def test_the_first_source_that_works_is_taken() -> None:
    taken = choose({Source.CAPTURED: saved(SCORES), Source.MODEL: saved(np.zeros(4))})
    assert isinstance(taken, Chosen)
    assert taken.source is Source.CAPTURED
    assert taken.decoded.tolist() == [1, 0, 2, 1]
    assert taken.notes == ()


def test_a_source_of_the_wrong_length_is_passed_over_and_the_page_says_so() -> None:
    short = SourceReport(
        source=Source.PREDICTIONS,
        state=SourceState.PASSED_OVER,
        why="length",
        detail="QP: 5 ≠ 4",
    )
    taken = choose({Source.CAPTURED: saved(SCORES)}, sources=(short,))
    assert isinstance(taken, Chosen)
    (note,) = taken.notes
    assert "QP: 5 ≠ 4" in note.en
    assert "Taken instead: the last call of the model" in note.en


def test_a_refused_file_does_not_spoil_the_next_source() -> None:
    taken = choose({Source.PREDICTIONS: b"no array", Source.CAPTURED: saved(SCORES)})
    assert isinstance(taken, Chosen)
    assert taken.source is Source.CAPTURED
    assert "not an .npy" in taken.notes[0].en


def test_nothing_at_all_is_nothing_delivered_and_not_refused() -> None:
    taken = choose({})
    assert taken == NothingDelivered(reasons=(), refused=False)


def test_only_files_that_are_not_taken_is_refused() -> None:
    taken = choose({Source.PREDICTIONS: saved(np.full((4, 3), np.nan))})
    assert isinstance(taken, NothingDelivered)
    assert taken.refused
    assert "12 values are NaN" in taken.reasons[0].en


def test_an_announced_file_that_is_missing_is_told() -> None:
    told = SourceReport(source=Source.CAPTURED, state=SourceState.OK)
    taken = choose({}, sources=(told,))
    assert isinstance(taken, NothingDelivered)
    assert "announced" in taken.reasons[0].en


def test_what_the_grader_found_out_itself_is_told_before_the_harness_word() -> None:
    found = choose_predictions(
        assignment(),
        candidates={},
        report=report(sources=(SourceReport(source=Source.MODEL, state=SourceState.OK),)),
        rows=4,
        classes=3,
        known={Source.MODEL: Text("sem fit", "no fit")},
    )
    assert isinstance(found, NothingDelivered)
    assert any("no fit" in reason.en for reason in found.reasons)


def said_of_predict(why: str) -> Any:
    return report(sources=(SourceReport(source=Source.PREDICT, state=SourceState.OK, why=why),))


def chosen_of(why: str, predict: list[int], captured: list[int]) -> Any:
    return choose_predictions(
        assignment(),
        candidates={Source.PREDICT: saved(np.array(predict)), Source.CAPTURED: saved(np.array(captured))},
        report=said_of_predict(why),
        rows=4,
        classes=3,
    )


def test_a_predict_that_contradicts_the_programs_own_call_gives_way_to_it_and_is_told() -> None:
    chosen = chosen_of("other_inputs", [0, 1, 2, 0], [2, 1, 0, 0])
    assert isinstance(chosen, Chosen)
    assert chosen.source is Source.CAPTURED
    assert chosen.decoded.tolist() == [2, 1, 0, 0]
    assert "prepared already" in chosen.notes[0].en
    assert chosen.not_taken == {Source.PREDICT: "other_inputs"}


def test_one_row_in_hundreds_is_contradiction_enough_for_a_helper_that_got_other_rows() -> None:
    said = np.arange(400) % 3
    helper = said.copy()
    helper[7] = (helper[7] + 1) % 3
    chosen = choose_predictions(
        assignment(),
        candidates={Source.PREDICT: saved(helper), Source.CAPTURED: saved(said)},
        report=said_of_predict("other_inputs"),
        rows=400,
        classes=3,
    )
    assert isinstance(chosen, Chosen)
    assert chosen.source is Source.CAPTURED
    assert chosen.decoded.tolist() == said.tolist()


def test_a_predict_that_counts_and_says_otherwise_than_the_program_did_is_told() -> None:
    chosen = chosen_of("", [0, 1, 2, 0], [2, 1, 0, 0])
    assert chosen.source is Source.PREDICT
    (note,) = chosen.notes
    assert note.code == "GR206"
    assert "in 2 of 4 rows" in note.en


@pytest.mark.parametrize("refused", [np.zeros(3), np.full(4, np.nan)])
def test_a_source_that_left_what_cannot_be_taken_was_passed_over(refused: Any) -> None:
    chosen = choose_predictions(
        assignment(),
        candidates={Source.PREDICT: saved(refused), Source.CAPTURED: saved(np.array([2, 1, 0, 0]))},
        report=said_of_predict(""),
        rows=4,
        classes=3,
    )
    assert isinstance(chosen, Chosen)
    assert chosen.not_taken == {Source.PREDICT: "refused"}


@pytest.mark.parametrize(
    ("why", "captured"), [("", [0, 1, 2, 0]), ("other_inputs", [0, 1, 2, 0]), ("other_inputs", [9, 9, 9, 9])]
)
def test_a_predict_stands_where_it_gave_the_model_the_same_says_the_same_or_nothing_else_counts(
    why: str, captured: list[int]
) -> None:
    chosen = chosen_of(why, [0, 1, 2, 0], captured)
    assert chosen.source is Source.PREDICT
    assert chosen.notes == ()


def test_a_variable_of_another_name_is_named() -> None:
    said = SourceReport(
        source=Source.PREDICTIONS, state=SourceState.OK, why="other_name", detail="predictions"
    )
    chosen = choose_predictions(
        assignment(),
        candidates={Source.PREDICTIONS: saved(np.array([0, 1, 2, 0]))},
        report=report(sources=(said,)),
        rows=4,
        classes=3,
    )
    assert isinstance(chosen, Chosen)
    assert "from the variable predictions" in chosen.notes[0].en


@pytest.mark.parametrize("why", ["untied", "other_rows"])
def test_why_a_variable_is_not_about_the_test_rows_is_told(why: str) -> None:
    said = SourceReport(
        source=Source.PREDICTIONS, state=SourceState.PASSED_OVER, why=why, detail="y_pred (4)"
    )
    nothing = choose_predictions(
        assignment(), candidates={}, report=report(sources=(said,)), rows=4, classes=3
    )
    assert isinstance(nothing, NothingDelivered)
    assert not nothing.refused
    assert "y_pred (4)" in nothing.reasons[0].en
