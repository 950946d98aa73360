"""Weights of classes and of rows, in the words of a recipe: as few as there are labels."""

from typing import Any

from grader_harness.recipe.fits import NoRecipe

_MOST = 64


def by_class(weights: Any) -> dict[str, float] | None:
    """Return the weights that a fit was given for each class; None where all are 1.

    Raises:
        NoRecipe: they are not given by class.
    """
    if not isinstance(weights, dict) or len(weights) > _MOST:
        raise NoRecipe("row-weights")
    said = {str(int(label)): float(weight) for label, weight in weights.items()}
    return None if all(weight == 1.0 for weight in said.values()) else said


def by_label(weights: Any, labels: Any) -> dict[str, float] | None:
    """Return the weight of each label, where all rows of a label have the same one; None where all are 1.

    Raises:
        NoRecipe: rows of one label differ.
    """
    import numpy as np

    if weights is None or weights.shape != (len(labels),) or labels.dtype.kind not in "biu":
        raise NoRecipe("row-weights")
    labels = labels.reshape(-1)
    said = {}
    for label in np.unique(labels):
        own = weights[labels == label]
        if len(said) >= _MOST or np.ptp(own) > 1e-6 * max(1.0, float(np.abs(own).max())):
            raise NoRecipe("row-weights")
        said[str(int(label))] = float(own[0])
    return None if all(abs(weight - 1) < 1e-6 for weight in said.values()) else said  # noqa: PLR2004
