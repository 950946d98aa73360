"""What runs are asked for: one ask a kind, in the order they are taken."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from grader.model.ask import KINDS, Ask, together, unknown_kinds
from grader.model.assignment import DeliverSpec
from grader.model.evidence import Source
from tests.unit.measuring.made import assignment

NAMES = st.lists(st.sampled_from(["QP", "C", "model", "w"]), max_size=4).map(tuple)
ASKS = st.lists(st.builds(Ask, kind=st.sampled_from([*KINDS, "telepathy"]), names=NAMES), max_size=8)


@given(ASKS)
def test_together_there_is_one_ask_a_kind_and_no_name_is_lost_or_twice(asks: list[Ask]) -> None:
    joined = together(asks)
    assert [ask.kind for ask in joined] == sorted({ask.kind for ask in asks}, key=[*KINDS, "telepathy"].index)
    for one in joined:
        wanted = [name for ask in asks if ask.kind == one.kind for name in ask.names]
        assert list(one.names) == list(dict.fromkeys(wanted))


@given(ASKS)
def test_what_is_together_stays_as_it_is(asks: list[Ask]) -> None:
    assert together(together(asks)) == together(asks)


def test_rows_are_handed_over_once_all_else_was_read() -> None:
    assert KINDS[-1] == "predict"
    assert together([Ask(kind="predict"), Ask(kind="model")])[-1].kind == "predict"


@given(ASKS)
def test_a_kind_that_nothing_takes_is_named(asks: list[Ask]) -> None:
    assert unknown_kinds(asks) == (("telepathy",) if any(a.kind == "telepathy" for a in asks) else ())


def test_an_assignment_asks_for_its_sources_by_the_names_that_students_were_told() -> None:
    deliver = DeliverSpec(
        sources=(Source.PREDICT, Source.PREDICTIONS), predictions=("QP", "qp"), model=("net",)
    )
    asked = replace(assignment(), deliver=deliver)
    assert asked.asks == (
        Ask(kind="figures"),
        Ask(kind="predictions", names=("QP", "qp")),
        Ask(kind="predict"),
    )
    assert not asked.asks_for("model")


def test_what_a_check_is_answered_from_is_asked_for_too() -> None:
    deliver = DeliverSpec(sources=(Source.PREDICTIONS,), predictions=("QP",), model=("net",))
    asked = replace(assignment(), deliver=deliver, needs=(Ask(kind="model"), Ask(kind="predictions")))
    assert asked.asks == (
        Ask(kind="figures"),
        Ask(kind="predictions", names=("QP",)),
        Ask(kind="model", names=("net",)),
    )
