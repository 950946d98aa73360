"""The pictures of a page: test images, the confusion matrix, and the figures the program drew."""

import base64
from collections.abc import Mapping

from grader.model.shown import Picture, Sample
from grader.reporting.png import checked_png, grey_png, pixels_of
from grader.reporting.views import Matrix, MatrixCell, Tile

_MOST_TILES = 20
_MOST_CLASSES = 26
_MOST_SIDE = 64
_SHORT_NAME = 3
"""Longer names of classes do not fit above a column of counts."""
_MOST_FIGURE_BYTES = 8 * 1024 * 1024
_MOST_FIGURE_PIXELS = 120_000_000
"""Of all figures of a page: a browser takes four bytes for each, however small the files are."""
_ERROR_SHADES = (0.005, 0.01, 0.03, 0.1)
"""Shares of a class's rows at which the shade of a confusion grows darker."""


def tiles(picture: Picture) -> tuple[Tile, ...]:
    """Return the first 20 test images with their true and predicted classes."""
    return tuple(
        Tile(
            uri=_tile_uri(sample),
            truth=sample.truth,
            predicted=sample.predicted,
            wrong=sample.truth != sample.predicted,
        )
        for sample in picture.samples[:_MOST_TILES]
    )


def confusion(picture: Picture) -> tuple[Matrix | None, int]:
    """Return the confusion matrix, or None with its number of classes when they are too many."""
    classes = len(picture.confusion)
    if not classes or len(picture.classes) != classes:
        return None, 0
    if classes > _MOST_CLASSES:
        return None, classes
    rows = tuple(
        tuple(
            MatrixCell(count=count, style=_shade(count, sum(counts), right=true == predicted))
            for predicted, count in enumerate(counts)
        )
        for true, counts in enumerate(picture.confusion)
    )
    return Matrix(classes=picture.classes, long_names=_long(picture.classes), rows=rows), 0


def drawn_figures(figures: Mapping[str, bytes], names: tuple[str, ...]) -> tuple[tuple[str, ...], int]:
    """Return the figures as data URIs, and how many are left off: not sane PNG, or too much in all."""
    uris: list[str] = []
    total = pixels = 0
    for name in names:
        png = checked_png(figures.get(name, b""))
        if png is None:
            continue
        total += len(png)
        pixels += pixels_of(png)
        if total <= _MOST_FIGURE_BYTES and pixels <= _MOST_FIGURE_PIXELS:
            uris.append(_data_uri(png))
    return tuple(uris), len(names) - len(uris)


def _long(names: tuple[str, ...]) -> bool:
    return any(len(name) > _SHORT_NAME for name in names)


def _tile_uri(sample: Sample) -> str:
    sides = 1 <= sample.height <= _MOST_SIDE and 1 <= sample.width <= _MOST_SIDE
    if not sides or len(sample.pixels) != sample.height * sample.width:
        return ""
    return _data_uri(grey_png(sample.pixels, height=sample.height, width=sample.width))


def _data_uri(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def _shade(count: int, total: int, *, right: bool) -> str:
    if right:
        return "right"
    if not count:
        return ""
    return f"e{1 + sum(count / total >= share for share in _ERROR_SHADES)}"
