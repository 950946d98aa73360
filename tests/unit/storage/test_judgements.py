"""A judgement is read again under its own key alone, and a damaged one counts as not there."""

from pathlib import Path

import pytest

from grader.model.message import Text
from grader.storage.judgements import Judgements

VALUE = (1, Text("um", "one"), None)


@pytest.fixture
def kept(tmp_path: Path) -> Judgements:
    judgements = Judgements(tmp_path)
    judgements.keep("digits/ana-1-0-0", "key", VALUE)
    return judgements


def test_what_was_kept_is_read_again(kept: Judgements) -> None:
    assert kept.load("digits/ana-1-0-0", "key") == VALUE


def test_under_another_key_or_at_another_place_there_is_nothing(kept: Judgements) -> None:
    assert kept.load("digits/ana-1-0-0", "other") is None
    assert kept.load("digits/rui-1-0-0", "key") is None


def test_a_later_judgement_takes_the_place_of_the_earlier(kept: Judgements) -> None:
    kept.keep("digits/ana-1-0-0", "new", "later")
    assert kept.load("digits/ana-1-0-0", "new") == "later"
    assert kept.load("digits/ana-1-0-0", "key") is None


def test_no_half_of_a_judgement_is_read(kept: Judgements, tmp_path: Path) -> None:
    path = tmp_path / "judged/digits/ana-1-0-0"
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert kept.load("digits/ana-1-0-0", "key") is None
    path.write_bytes(whole.replace(b"one", b"two"))
    assert kept.load("digits/ana-1-0-0", "key") is None


def test_what_cannot_be_kept_is_not_there(kept: Judgements) -> None:
    kept.keep("digits/ana-1-0-0", "new", object())
    assert kept.load("digits/ana-1-0-0", "new") is None
    assert kept.load("digits/ana-1-0-0", "key") == VALUE, "what stood there stands"
