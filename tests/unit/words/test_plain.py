"""Messages kept in JSON are told as they were."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.model.message import Joined, Language, Message, Text
from grader.words import say
from grader.words.plain import from_plain, to_plain

TEXTS = st.text(max_size=20)
SAID: st.SearchStrategy[Message] = st.recursive(
    st.builds(Text, TEXTS, TEXTS, st.sampled_from([None, "GR203"])),
    lambda inner: st.one_of(
        st.builds(
            lambda why, size: say("storage-write-failed", folder=size, problem=why),
            inner | TEXTS,
            st.integers() | st.floats(allow_nan=False) | st.decimals(allow_nan=False, allow_infinity=False),
        ),
        st.builds(lambda parts: Joined("; ", tuple(parts)), st.lists(inner, max_size=3)),
    ),
    max_leaves=5,
)


@given(message=SAID)
def test_what_is_kept_and_read_again_says_the_same(message: Message) -> None:
    again = from_plain(json.loads(json.dumps(to_plain(message))))
    assert [again.told_in(language) for language in Language] == [message.pt, message.en]
    assert (again.code, again.key) == (message.code, message.key) or isinstance(message, Text)


def test_a_decimal_stays_one() -> None:
    message = say("storage-write-failed", folder=Decimal("1.50"), problem="")
    assert from_plain(to_plain(message)) == message


def test_what_older_graders_kept_is_told_as_it_stands() -> None:
    assert from_plain({"pt": "a", "en": "b", "code": "GR838"}) == Text("a", "b", "GR838")


def test_a_field_that_json_cannot_hold_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="object"):
        to_plain(say("storage-write-failed", folder=object(), problem=""))
