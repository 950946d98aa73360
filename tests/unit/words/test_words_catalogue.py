from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grader.model.message import Language, Text
from grader.words import phrase, say
from grader.words.catalogue import _fill, codes

PT, EN = Language.PT, Language.EN


@pytest.mark.parametrize(
    ("template", "value", "pt", "en"),
    [
        ("{x:pct}", 0.0161, "1,61 %", "1.61 %"),
        ("{x:pct}", 0.016, "1,60 %", "1.60 %"),
        ("{x:pct}", 0, "0 %", "0 %"),
        ("{x:pct}", 1, "100 %", "100 %"),
        ("{x:pct}", 0.5, "50 %", "50 %"),
        ("{x:pct}", 0.0005, "0,050 %", "0.050 %"),
        ("{x:pct}", 0.000001, "0,0001 %", "0.0001 %"),
        ("{x:pct}", 0.99996, "99,996 %", "99.996 %"),
        ("{x:pct}", -0.0161, "-1,61 %", "-1.61 %"),
        ("{x:pct}", float("nan"), "-", "-"),
        ("{x:num}", 0.5, "0,5", "0.5"),
        ("{x:num}", 3.14159, "3,142", "3.142"),
        ("{x:num}", 0, "0", "0"),
        ("{x:num}", 10, "10", "10"),
        ("{x:num}", 686, "686", "686"),
        ("{x:num}", 10000, "10.000", "10,000"),
        ("{x:num}", 12345.6, "12.346", "12,346"),
        ("{x:num}", 0.00001, "1e-05", "1e-05"),
        ("{x:num}", 1e100, "1e+100", "1e+100"),
        ("{x:num}", -2.5, "-2,5", "-2.5"),
        ("{x:num}", float("-inf"), "-", "-"),
        ("{x:about}", 0.1424, "0,1", "0.1"),
        ("{x:about}", 0.04, "0,0", "0.0"),
        ("{x:about}", 9.96, "10,0", "10.0"),
        ("{x:about}", 12.4, "12", "12"),
        ("{x:about}", 1234.5, "1.234", "1,234"),
        ("{x:dec}", Decimal("7.50"), "7,5", "7.5"),
        ("{x:dec}", Decimal(1000), "1000", "1000"),
        ("{x:dec}", Decimal("0.125"), "0,125", "0.125"),
        ("{x:int}", 10000, "10.000", "10,000"),
        ("{x:int}", -1234567, "-1.234.567", "-1,234,567"),
        ("{x:secs}", 0.04, "0,0 s", "0.0 s"),
        ("{x:secs}", 59.94, "59,9 s", "59.9 s"),
        ("{x:secs}", 59.96, "1 min 0 s", "1 min 0 s"),
        ("{x:secs}", 171.2, "2 min 51 s", "2 min 51 s"),
        ("{x:secs}", 3599.7, "1 h 0 min", "1 h 0 min"),
        ("{x:secs}", 7260, "2 h 1 min", "2 h 1 min"),
        ("{x:secs}", float("inf"), "-", "-"),
        ("{x:chance}", 0.1399, "= 0,1399", "= 0.1399"),
        ("{x:chance}", 0.001, "= 0,001", "= 0.001"),
        ("{x:chance}", 5.889e-40, "< 0,001", "< 0.001"),
        ("{x:chance}", 0, "< 0,001", "< 0.001"),
        ("{x:chance}", 1, "= 1", "= 1"),
        ("{x:chance}", float("nan"), "-", "-"),
        ("{x:linha|linhas}", 1, "linha", "linha"),
        ("{x:linha|linhas}", Decimal("1.0"), "linha", "linha"),
        ("{x:linha|linhas}", 0, "linhas", "linhas"),
        ("{x:linha|linhas}", 1.5, "linhas", "linhas"),
        ("{x:foi lida|foram lidas}", "many", "foram lidas", "foram lidas"),
        ("{x:stop}", "y_pred: list", "y_pred: list.", "y_pred: list."),
        ("{x:stop}", "no. Why?", "no. Why?", "no. Why?"),
        ("{x}", 0.5, "0.5", "0.5"),
        ("{x:>4}", 7, "   7", "   7"),
    ],
)
def test_numbers_are_written_as_each_language_does(template: str, value: float, pt: str, en: str) -> None:
    assert (_fill(template, PT, {"x": value}), _fill(template, EN, {"x": value})) == (pt, en)


@given(st.floats(0, 1))
@example(1.2462020633630019e-12)
@example(1 - 5e-12)
def test_only_nothing_is_zero_per_cent_and_only_all_is_a_hundred(share: float) -> None:
    told = _fill("{x:pct}", EN, {"x": share})
    assert told.endswith(" %")
    value = float(told[:-2]) / 100
    assert abs(value - share) <= 1e-4
    if 1e-12 < share < 1 - 1e-12:
        assert told not in ("0 %", "100 %")


@given(st.floats(-1e300, 1e300))
def test_a_number_keeps_its_first_four_digits(value: float) -> None:
    told = float(_fill("{x:num}", EN, {"x": value}).replace(",", ""))
    assert told == pytest.approx(value, rel=6e-4)


@given(st.one_of(st.floats(), st.integers(-(10**30), 10**30)), st.sampled_from(["pct", "num", "secs"]))
@example(value=1.797693134862316e306, conversion="pct")
def test_no_number_breaks_a_sentence(value: float, conversion: str) -> None:
    for language in Language:
        assert _fill(f"{{x:{conversion}}}", language, {"x": value})


@given(st.integers(), st.sampled_from(["int", "num"]))
def test_the_languages_differ_only_in_their_marks(value: int, conversion: str) -> None:
    pt, en = (_fill(f"{{x:{conversion}}}", language, {"x": value}) for language in (PT, EN))
    assert pt.translate(str.maketrans(".,", ",.")) == en


@given(st.text())
def test_what_stands_in_a_field_is_never_read_as_a_template(text: str) -> None:
    message = say("storage-write-failed", folder=text, problem="{0} {folder} {x.__class__} %s {{}}")
    assert message.en == f"could not write to {text}: {{0}} {{folder}} {{x.__class__}} %s {{{{}}}}"


def test_a_message_in_a_message_is_told_in_the_language_around_it() -> None:
    inner = say("hint.near", name="{folder}")
    outer = say("unknown-key", file="a.toml", key="x", hint=inner)
    assert outer.pt == "a.toml, x: chave desconhecida; você quis dizer '{folder}'?"
    assert outer.en == "a.toml, x: unknown key; did you mean '{folder}'?"
    assert outer.code == "GR102"


def test_a_message_keeps_its_own_words_when_it_is_put_into_another() -> None:
    foreign = Text("{} {file}", "{0.real}")
    told = say("unknown-key", file="f", key="k", hint=foreign)
    assert told.pt.endswith("desconhecida{} {file}")
    assert told.en.endswith("key{0.real}")


@pytest.mark.parametrize("template", ["{x.real}", "{x[0]}", "{}", "{0}", "{y}"])
def test_a_field_is_a_name_and_nothing_else(template: str) -> None:
    with pytest.raises(KeyError):
        _fill(template, EN, {"x": 1})


def test_a_field_that_is_not_given_is_our_mistake() -> None:
    with pytest.raises(KeyError, match="folder"):
        say("storage-write-failed", problem="x")


def test_what_is_not_in_the_catalogue_is_our_mistake() -> None:
    with pytest.raises(KeyError):
        say("GR000")


def test_a_phrase_is_one_half_of_what_is_said() -> None:
    fields: dict[str, Any] = {"folder": "/x", "problem": "full"}
    message = say("storage-write-failed", **fields)
    assert phrase("storage-write-failed", PT, **fields) == message.pt == message.told_in(PT)
    assert phrase("storage-write-failed", EN, **fields) == message.en == message.told_in(EN)


def test_codes_are_sorted_and_unique() -> None:
    assert list(codes()) == sorted(set(codes()))
