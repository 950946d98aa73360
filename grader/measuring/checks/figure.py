"""The kind ``figure``: did the first run draw enough figures, and one with what is asked for in it?"""

import colorsys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from grader.measuring.judging.facts import Facts
from grader.model.check import CheckResult
from grader.model.evidence import Drawing
from grader.model.message import Joined, Message
from grader.plugins.answers import failed, passed
from grader.plugins.interfaces import CheckKind
from grader.plugins.tables import CheckTable, Field, Several
from grader.words import say

Colour = Literal["black", "blue", "green", "orange", "purple", "red"]
_HUES: Mapping[str, tuple[tuple[int, int], ...]] = {
    "red": ((0, 15), (340, 361)),
    "orange": ((15, 45),),
    "green": ((75, 170),),
    "blue": ((190, 260),),
    "purple": ((260, 340),),
}
"""Degrees of the colour wheel that people call so."""
_DARK, _PALE = 0.25, 0.25


def _left_out(value: object) -> bool:
    return not value


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec(CheckTable):
    """Does the program draw ``at_least`` figures, one with so many axes, images and colours of text?"""

    at_least: Annotated[int, Field(ge=1, le=20)] = 1
    # Versions of assignments from before there were these stay what they were.
    axes: Annotated[Annotated[int, Field(ge=1, le=1000)] | None, Field(exclude_if=_left_out)] = None
    images: Annotated[Annotated[int, Field(ge=1, le=1000)] | None, Field(exclude_if=_left_out)] = None
    colours: Annotated[Several[Colour], Field(max_length=6, exclude_if=_left_out)] = ()


class FigureKind(CheckKind[Spec]):
    """Counts what the harness saw drawn, in the submission's own process."""

    name = "figure"
    table = Spec
    needs_predictions = False
    own_word = True

    def answer(self, facts: Facts, spec: Spec) -> CheckResult:
        """Return passed or failed, with both counts; one figure must hold all that is asked for."""
        report = facts.runs[0].report
        if report.figures < spec.at_least:
            return failed(spec, say("too-few-figures", drawn=report.figures, needed=spec.at_least))
        lacks = [tuple(_lacking(drawing, spec)) for drawing in report.drawings or (_NOTHING_DRAWN,)]
        nearest = min(lacks, key=len)
        if not nearest:
            return passed(spec, say("figures-drawn", drawn=report.figures))
        return failed(spec, say("figure-lacks", lacks=Joined("; ", nearest)))


_NOTHING_DRAWN = Drawing(axes=0, images=0, colours={})


def _lacking(drawing: Drawing, spec: Spec) -> Iterator[Message]:
    """Yield what one figure has too little of."""
    if spec.axes is not None and drawing.axes < spec.axes:
        yield say("figure.axes", needed=spec.axes, drawn=drawing.axes)
    if spec.images is not None and drawing.images < spec.images:
        yield say("figure.images", needed=spec.images, drawn=drawing.images)
    needed = spec.images or 1
    for colour in spec.colours:
        written = sum(count for code, count in drawing.colours.items() if _is_of(code, colour))
        if written < needed:
            yield say("figure.colour", colour=say(f"figure.{colour}"), needed=needed, drawn=written)


def _is_of(code: str, colour: str) -> bool:
    """Return whether people call ``#rrggbb`` so: ``navy``, ``royalblue`` and ``tab:blue`` are blue."""
    red, green, blue = (int(code[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, pale, value = colorsys.rgb_to_hsv(red, green, blue)
    if value < _DARK or colour == "black":
        return value < _DARK and colour == "black"
    degrees = hue * 360
    return pale >= _PALE and any(low <= degrees < high for low, high in _HUES[colour])
