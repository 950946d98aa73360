"""The figure of delivered against trained again: two axes, the diagonal, a bar from least to greatest."""

import re

import pytest

from benchmarks.scatter import Dot, Kind, scatter


def drawn(*dots: Dot) -> str:
    return scatter([Kind(name="one", colour="#000", dots=dots)], title="t", across="a", up="u")


@pytest.mark.parametrize("value", [0.0, 0.0001, 0.03, 1.0])
def test_what_is_as_good_as_its_recipe_stands_on_the_diagonal(value: float) -> None:
    figure = drawn(Dot(delivered=value, least=value, mean=value, greatest=value))
    (line,) = re.findall(r'd="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)"', figure)
    left, bottom, right, top = map(float, line)
    x, y = map(float, re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', figure)[0])
    assert (x - left) / (right - left) == pytest.approx((bottom - y) / (bottom - top), abs=0.01)


def test_what_is_better_than_its_recipe_stands_below_the_diagonal_within_its_bar() -> None:
    figure = drawn(Dot(delivered=0.01, least=0.02, mean=0.05, greatest=0.2))
    x, y = map(float, re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', figure)[0])
    as_good = drawn(Dot(delivered=0.05, least=0.05, mean=0.05, greatest=0.05))
    assert y > float(re.findall(r'cy="([\d.]+)"', as_good)[0])
    begin, end = map(float, re.findall(r'd="M([\d.]+) [\d.]+H([\d.]+)" stroke="#000"', figure)[0])
    assert begin < x < end


def test_the_name_of_a_kind_tells_how_many_there_are() -> None:
    dot = Dot(delivered=0.1, least=0.1, mean=0.1, greatest=0.1)
    assert "one (3)" in drawn(dot, dot, dot)
