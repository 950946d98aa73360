import itertools
import math
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grader.model.message import Text
from grader.reporting.charts import WIDTH, Bar, Line, Row, curve, strip, ticks

EPOCH = Text("época", "epoch")
ANY = st.floats(allow_nan=True, allow_infinity=True)
CURVES = st.lists(ANY, max_size=300).map(tuple)


def _curve(*values: tuple[float, ...]) -> str:
    lines = [Line(values=line, style="train") for line in values]
    return curve(lines, labelled_by="c", percent=False, epoch=EPOCH)


def _places(svg: str) -> list[float]:
    found = re.findall(r' (?:x|y|x1|x2|y1|y2|cx|cy)="([^"]*)"', svg)
    found += [n for points in re.findall(r'points="([^"]*)"', svg) for n in re.split("[ ,]", points)]
    return [float(number) for number in found]


@given(st.lists(CURVES, max_size=3))
def test_whatever_a_program_reports_a_curve_is_well_formed_and_stays_on_its_paper(
    values: list[tuple[float, ...]],
) -> None:
    svg = _curve(*values)
    if svg:
        ET.fromstring(svg)  # noqa: S314 - our own drawing
        assert all(-1 <= place <= WIDTH + 1 for place in _places(svg))


def test_nothing_is_drawn_of_no_numbers() -> None:
    assert _curve() == ""
    assert _curve((math.nan, math.inf)) == ""
    assert strip([Row(label=EPOCH, style="run")], None, labelled_by="s", percent=True) == ""


def test_no_number_of_an_epoch_leaves_the_drawing() -> None:
    labels = re.findall(
        r'<text x="([\d.]+)" y="192.0"( text-anchor="(?:end|middle)")>(.*?)</text>', _curve((0.5,) * 1000)
    )
    (x, anchor, told) = labels[-1]
    assert float(x) > 340
    assert anchor == ' text-anchor="end"'
    assert "1,000" in told
    assert "1.000" in told
    assert all("middle" in anchor for _, anchor, _ in labels[:-1])


def test_the_numbers_of_epochs_are_written_out() -> None:
    assert "e+04" not in _curve((0.5,) * 20_000)


def test_a_single_epoch_is_a_dot() -> None:
    assert "<circle" in _curve((0.5,))
    assert "<polyline" not in _curve((0.5,))


def test_a_loss_that_falls_by_orders_of_magnitude_is_drawn_on_a_logarithmic_scale() -> None:
    svg = _curve(tuple(0.5 / 10**epoch for epoch in range(8)))
    points = re.findall(r",([\d.]+)", re.findall(r'points="([^"]*)"', svg)[0])
    steps = [float(b) - float(a) for a, b in itertools.pairwise(points)]
    assert max(steps) - min(steps) < 0.3


def test_a_curve_of_ten_thousand_epochs_stays_small_and_keeps_its_end() -> None:
    svg = _curve(tuple(1 / (epoch + 1) for epoch in range(10_000)))
    assert len(svg) < 5000
    assert f"{WIDTH - 12:.1f}," in svg


ROWS = st.builds(
    Row,
    label=st.just(EPOCH),
    style=st.just("run"),
    dots=st.lists(ANY, max_size=8).map(tuple),
    low=st.none() | ANY,
    high=st.none() | ANY,
    mean=st.none() | ANY,
)


@given(st.lists(ROWS, max_size=3), st.none() | st.floats(-10, 10), st.booleans())
def test_a_strip_is_well_formed_whatever_was_measured(
    rows: list[Row],
    bar: float | None,
    percent: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    threshold = None if bar is None else Bar(value=bar, label=EPOCH, lower_is_good=True)
    svg = strip(rows, threshold, labelled_by="s", percent=percent)
    if svg:
        ET.fromstring(svg)  # noqa: S314 - our own drawing


@pytest.mark.parametrize(("lower_is_good", "good_from"), [(True, 14.0), (False, None)])
def test_the_good_side_of_the_threshold_is_shaded(lower_is_good: bool, good_from: float | None) -> None:  # noqa: FBT001
    rows = [Row(label=EPOCH, style="run", dots=(0.1, 0.3))]
    bar = Bar(value=0.2, label=EPOCH, lower_is_good=lower_is_good)
    svg = strip(rows, bar, labelled_by="s", percent=False)
    start = float(re.findall(r'<rect class="good" x="([\d.]+)"', svg)[0])
    line = float(re.findall(r'<line class="bar" x1="([\d.]+)"', svg)[0])
    assert start == (line if good_from is None else good_from)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 8))
@example(4.27e-11, 1.2e-12, 4)
def test_ticks_are_few_rising_and_inside(low: float, span: float, most: int) -> None:
    marks = ticks(low, low + span, most)
    assert 1 <= len(marks) <= most + 1
    assert marks == sorted(set(marks))
    assert low - span * 0.01 <= marks[0]
    assert marks[-1] <= low + span * 1.01
