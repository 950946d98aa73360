"""A dataset as arrays, with the files made of it."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A dataset as arrays, in the published order and types, with the files made of it by relative name.

    ``source/`` files are kept for the layouts that are written anew for each serving; ``train/`` files hold
    training rows only and are shown to programs as they are. ``y_graded`` is None where the labels of the
    graded rows are hidden and not on this machine.
    """

    x_train: "NDArray[Any]"
    y_train: "NDArray[Any]"
    x_graded: "NDArray[Any]"
    y_graded: "NDArray[Any] | None"
    files: Mapping[str, bytes] = field(default_factory=dict)


def npy_bytes(array: "NDArray[Any]") -> bytes:
    """Return ``array`` as the content of an .npy file."""
    import numpy as np

    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(array), allow_pickle=False)
    return buffer.getvalue()
