"""What stands in a figure of matplotlib: how many axes and images, and how many texts of each colour."""

from collections.abc import Iterator
from typing import Any

MOST_COLOURS = 50


def outline(figure: Any) -> dict[str, Any]:
    """Return the counts of ``figure``; of texts only those that say something, and no figures at ticks."""
    from matplotlib.colors import to_hex

    colours: dict[str, int] = {}
    for text in _texts(figure):
        if text.get_visible() and str(text.get_text()).strip():
            colour = to_hex(text.get_color())
            if colour in colours or len(colours) < MOST_COLOURS:
                colours[colour] = colours.get(colour, 0) + 1
    images = len(figure.images) + sum(len(axes.images) for axes in figure.axes)
    return {"axes": len(figure.axes), "images": images, "colours": colours}


def _texts(figure: Any) -> Iterator[Any]:
    yield from figure.texts
    title = getattr(figure, "_suptitle", None)
    if title is not None and title not in figure.texts:
        yield title
    for axes in figure.axes:
        yield from axes.texts
        yield from (axes.title, axes._left_title, axes._right_title, axes.xaxis.label, axes.yaxis.label)
