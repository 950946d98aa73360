"""What is kept of each ``fit``: enough to write it down, and digests of weights that chain them."""

import hashlib
import math
from dataclasses import dataclass, field
from typing import Any

_BLAKE2B = hashlib.blake2b  # ours from now on: a program may put another function into the module


class NoRecipe(Exception):  # noqa: N818 - an answer, told in one word
    """There is no recipe: ``why`` is a reason, ``detail`` a name in it."""

    def __init__(self, why: str, detail: object = "") -> None:
        super().__init__(why)
        self.why = why
        self.detail = str(detail)[:100]


@dataclass
class Fit:
    """One call of ``fit``, or several alike that went on from one another.

    ``begin`` and ``end`` are digests of the weights, ``begin`` None of a model that had none yet; ``after``
    those after each epoch, where somebody could have kept them. ``why`` is what denies a recipe.
    """

    library: str
    owner: int
    """A number for the model or estimator."""
    begin: str | None = None
    end: str | None = None
    after: list[str] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    """The learning rate at the beginning of each epoch, where it is a number."""
    epochs: int = 0
    model: str = ""
    """Its architecture as the library writes it."""
    optimizer: dict[str, Any] = field(default_factory=dict)
    loss: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    """Rows, map, targets, weights: as a recipe says them."""
    settings: dict[str, Any] = field(default_factory=dict)
    callbacks: list[dict[str, Any]] = field(default_factory=list)
    adapt: list[str] = field(default_factory=list)
    estimator: dict[str, Any] = field(default_factory=dict)
    shape: tuple[int, ...] = ()
    trained_on: Any = None
    """The places of its rows in the table of training rows."""
    made: Any = None
    """A weak reference to the estimator."""
    why: NoRecipe | None = None
    anew: bool = False
    """The optimizer had taken no step when it began: the model was compiled, maybe once more."""
    watches: bool = False
    """Somebody's own callback, or one that keeps weights, looks on."""
    changed: str = ""
    """The callback that changed weights between epochs."""

    def goes_on_as(self, other: "Fit") -> bool:
        """Return whether ``other`` is the same training once more, from where this one ended."""
        if self.callbacks or other.callbacks or self.watches or other.watches or self.why or other.why:
            return False
        if other.anew:
            return False
        mine, its = (
            (fit.library, fit.owner, fit.model, fit.optimizer, fit.loss, fit.data, fit.settings, fit.adapt)
            for fit in (self, other)
        )
        return self.end is not None and self.end == other.begin and mine == its


def digest_of(weights: list[Any]) -> str:
    """Return a digest of a model's weights, in their order."""
    import numpy as np

    made = _BLAKE2B(digest_size=12)
    for weight in weights:
        array = np.ascontiguousarray(weight)
        made.update(f"{array.dtype}{array.shape}".encode())
        made.update(array.view(np.uint8).data if array.size and array.ndim else array.tobytes())
    return made.hexdigest()


def plain(value: Any) -> Any:
    """Return a configuration as JSON has it: numbers of numpy are numbers, tuples lists, the rest names."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float) or hasattr(value, "__float__"):
        return float(value) if math.isfinite(value) else None  # JSON has no other numbers
    return {"class_name": type(value).__name__, "module": type(value).__module__, "config": {}}
