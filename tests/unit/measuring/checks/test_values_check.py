"""A program's variables against expected values: each earns its share, the wrong ones are told."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from grader.measuring.checks.values import Spec, Value, ValuesKind
from grader.measuring.evidence.values import read_values
from grader.measuring.judging.judge import Judgement
from grader.model.check import CheckResult, Outcome
from grader.model.evidence import Source
from grader.model.result import Status
from tests.crossing import written
from tests.unit.measuring.judging.judged import judged, only
from tests.unit.measuring.made import assignment, run_facts


def a_check(*values: Value, points: str = "4", **changed: Any) -> Spec:
    return Spec(id="values", kind="values", points=Decimal(points), required=False, values=values, **changed)


def a_value(*names: str, **expected: Any) -> Value:
    return Value(names=names, **expected)


def answer(check: Spec, *runs: dict[str, object], **given: Any) -> CheckResult:
    return only(found(check, *runs, **given))


def found(check: Spec, *runs: dict[str, object], **given: Any) -> Judgement:
    (ask,) = ValuesKind().needs(check)
    seen = [{name: r.get(name, read_values(b"{}", [name])[name]) for name in ask.names} for r in runs]
    return judged(assignment(check, sources=()), *(run_facts(values=one) for one in seen), **given)


def test_right_values_earn_all_the_points() -> None:
    check = a_check(a_value("soma", equals=14), a_value("p", "produto", equals=((1, 2), (3, 4))))
    result = answer(check, {"soma": np.int32(14), "produto": np.array([[1.0, 2], [3, 4]])})
    assert (result.outcome, result.points) == (Outcome.PASSED, Decimal(4))
    assert result.message.en == "2 values of the program are as expected."
    assert result.message.pt == "2 valores do programa são os esperados."


def test_a_wrong_value_is_told_with_its_place_and_the_others_keep_their_share() -> None:
    check = a_check(
        a_value("a", equals=1), a_value("b", equals=(1, 2)), a_value("c", equals=1, points=Decimal(2))
    )
    result = answer(check, {"a": 1, "b": np.array([1, 3]), "c": 2})
    assert (result.outcome, result.points) == (Outcome.FAILED, Decimal(1))
    assert "As expected: 1 of 3 values. b: at [1] there is 3; expected is 2." in result.message.en
    assert "Como esperado: 1 de 3 valores. b: em [1] há 3; o esperado é 2. c: há 2;" in result.message.pt


@given(st.lists(st.booleans(), min_size=1, max_size=9), st.integers(0, 999))
def test_points_lie_between_none_and_all_and_all_only_for_all(right: list[bool], points: int) -> None:
    check = a_check(*(a_value(f"v{n}", equals=1) for n in range(len(right))), points=str(points))
    result = answer(check, {f"v{n}": 1 if good else 2 for n, good in enumerate(right)})
    assert 0 <= result.points <= points
    assert (result.outcome is Outcome.PASSED) == all(right)
    assert result.points == (points if all(right) else result.points)
    assert any(right) or result.points == 0


def test_one_value_more_never_earns_less() -> None:
    check = a_check(*(a_value(f"v{n}", equals=1) for n in range(7)), points="1")
    earned = [answer(check, {f"v{n}": 1 for n in range(count)}).points for count in range(8)]
    assert earned == sorted(earned)


def test_types_and_shapes_are_held_too() -> None:
    check = a_check(a_value("x", shape=(2, 2), dtype=("float",)), a_value("n", dtype=("int32",)))
    assert answer(check, {"x": np.ones((2, 2), "float32"), "n": np.int32(1)}).outcome is Outcome.PASSED
    said = answer(check, {"x": np.ones((2, 3)), "n": 1}).message.en
    assert "x: its shape is (2, 3); expected is (2, 2)." in said
    assert "n: its type is int; expected: int32." in said


def test_the_first_name_that_there_is_counts_and_none_is_told() -> None:
    check = a_check(a_value("p", "produto", equals=1), a_value("q", equals=1))
    missing = {name: read_values(b'{"values": {"%s": {"why": "absent"}}}' % name.encode(), [name])[name]
               for name in ("p", "produto", "q")}  # fmt: skip
    said = answer(check, missing).message.en
    assert "p, produto: the program ended without any of these variables." in said
    assert "q is not among the variables that the program ended with." in said


def test_what_is_wrong_in_one_way_with_several_is_said_once() -> None:
    check = a_check(*(a_value(name, equals=1) for name in "abcd"))
    why = {name: {"why": "type", "detail": "SymbolicTensor"} for name in "ab"}
    why |= {name: {"why": "absent"} for name in "cd"}
    said = answer(check, dict(read_values(json.dumps({"values": why}).encode(), list("abcd")))).message
    assert said.en.count("is a symbolic tensor") == 1
    assert "The same holds for: b. c, d: the program ended without any of these variables." in said.en
    assert "O mesmo vale para: b." in said.pt


def test_a_graph_of_tensorflow_1_and_a_function_are_told_what_to_do() -> None:
    check = a_check(a_value("p", equals=1), a_value("f", equals=1))
    why = {name: {"why": "type", "detail": of} for name, of in (("p", "SymbolicTensor"), ("f", "function"))}
    held = read_values(json.dumps({"values": why}).encode(), ["p", "f"])
    said = answer(check, dict(held)).message
    assert "p is a symbolic tensor (SymbolicTensor)" in said.en
    assert "sess.run(p)" in said.pt
    assert "f is a function (function), no value: call it" in said.en


def test_of_several_runs_the_poorest_counts() -> None:
    check = a_check(a_value("a", equals=1), a_value("b", equals=1))
    result = answer(check, {"a": 1, "b": 1}, {"a": 1, "b": 2}, {"a": 1, "b": 1})
    assert (result.outcome, result.points) == (Outcome.FAILED, Decimal(2))


def test_many_wrong_values_are_told_by_the_first_and_their_number() -> None:
    check = a_check(*(a_value(f"v{n}", equals=1) for n in range(9)))
    said = answer(check, {f"v{n}": 2 for n in range(9)}).message.en
    assert said.count("expected is 1") == 5
    assert said.endswith("And 4 more that are not as expected.")


def test_a_value_that_crossed_the_border_is_compared_as_it_was() -> None:
    check = a_check(a_value("C", equals=((21, 29, 16), (60, 50, 49), (39, 51, 30))))
    product = np.array([[2, 3], [9, 2], [4, 5]]) @ np.array([[6, 4, 5], [3, 7, 2]])
    assert answer(check, {"C": read_values(written(product), ["C"])["C"]}).outcome is Outcome.PASSED


def test_hidden_values_are_held_and_not_told(tmp_path: Path) -> None:
    hidden = tmp_path / "reference_solutions" / "digits" / "values.toml"
    hidden.parent.mkdir(parents=True)
    hidden.write_text("a = [1, 2]\n")
    check = a_check(a_value("a"), expected="values.toml")
    asked = replace(assignment(check, sources=()), folder=tmp_path / "assignments" / "digits")
    wrong = only(judged(asked, run_facts(values={"a": [1, 9]})))
    assert wrong.message.en.endswith("a: at [1] there is 9, which is not what is expected.")
    assert only(judged(asked, run_facts(values={"a": [1, 2]}))).outcome is Outcome.PASSED
    hidden.unlink()
    elsewhere = judged(asked, run_facts(values={"a": [1, 2]}))
    assert (elsewhere.status, only(elsewhere).outcome) == (Status.GRADED, Outcome.INCONCLUSIVE)


def test_values_need_no_predictions() -> None:
    assert not ValuesKind().needs_predictions
    assert assignment(a_check(a_value("a", equals=1)), sources=(Source.PREDICT,)).checks


def test_of_an_array_too_large_to_be_read_shape_and_dtype_are_held() -> None:
    told = {"why": "too_large", "detail": "array", "shape": [60000, 28, 28], "dtype": "uint8"}
    held = dict(read_values(json.dumps({"values": {"AX": told}}).encode(), ["AX"]))
    fits = a_check(a_value("AX", shape=(60000, 28, 28), dtype=("uint8",)))
    assert answer(fits, held).outcome is Outcome.PASSED
    said = answer(a_check(a_value("AX", shape=(60000, 784))), held).message.en
    assert "AX: its shape is (60000, 28, 28); expected is (60000, 784)." in said
    assert "AX is too large" in answer(a_check(a_value("AX", equals=1)), held).message.en
