"""Operations on pictures that a recipe can name: their middle, fewer pixels, a frame of zeros."""

from typing import Any


def pictures_as(pictures: Any, how: str, size: tuple[int, int]) -> Any:
    """Return pictures (rows, height, width) made ``size``; None where that operation leads to none."""
    import numpy as np

    (high, wide), (height, width) = size, pictures.shape[1:3]
    if (how == "padded") != (high >= height and wide >= width):
        return None
    if how == "padded":
        top, left = (high - height) // 2, (wide - width) // 2
        sides = ((0, 0), (top, high - height - top), (left, wide - width - left))
        return np.pad(pictures, sides)
    if how == "cropped":
        top, left = (height - high) // 2, (width - wide) // 2
        return pictures[:, top : top + high, left : left + wide]
    down, right = height // high, width // wide
    if how == "every":
        return pictures[:, ::down, ::right][:, :high, :wide]
    if height % high or width % wide:
        return None
    blocks = pictures.reshape(len(pictures), high, down, wide, right).mean(axis=(2, 4))
    return np.rint(blocks) if how == "mean_rounded" else blocks
