"""Every program of docs/reference/hand-ins.md graded anew: none is accused or waits that should not."""

import pytest

from tests.e2e.classroom import real_data
from tests.hand_ins.grading import Now, everything, wrong
from tests.hand_ins.listed import ClassReceived, HandIn, classes, hand_ins
from tests.hand_ins.page import accused_honest, shown, without_cause

pytestmark = [pytest.mark.slow, pytest.mark.runtime, pytest.mark.sandbox, pytest.mark.data]

HANDED_IN = hand_ins()
Done = tuple[dict[str, Now], dict[str, dict[str, str]]]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    real_data()
    return everything(tmp_path_factory.mktemp("hand-ins"))


def test_every_program_has_a_row(done: Done) -> None:
    assert set(done[0]) == {one.name for one in HANDED_IN}


@pytest.mark.parametrize("one", HANDED_IN, ids=lambda one: one.place)
def test_what_becomes_of_a_program_is_what_should(done: Done, one: HandIn) -> None:
    assert bool(wrong(one, done[0][one.name])) is bool(one.gap), wrong(one, done[0][one.name])


def test_no_honest_program_is_accused_and_none_waits_for_a_person_without_cause(done: Done) -> None:
    seen = {one.name: shown(one, done[0][one.name]) for one in HANDED_IN}
    assert accused_honest(HANDED_IN, seen) == []
    assert set(without_cause(HANDED_IN, seen)) <= {one.name for one in HANDED_IN if one.gap}


@pytest.mark.parametrize("received", classes(), ids=lambda one: one.name)
def test_a_class_is_read_as_its_students(done: Done, received: ClassReceived) -> None:
    found = done[1][received.name]
    assert sorted(name.partition(" (")[0] for name in found) == sorted(received.students)
    assert set(found.values()) == {"passed"}
