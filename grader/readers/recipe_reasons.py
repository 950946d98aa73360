"""Why a program has no recipe: the reasons there are, in words, and which of them are nobody's choice."""

from grader.model.message import Message
from grader.model.recipe import NoRecipe
from grader.words import say

REASONS = frozenset(
    [
        "not-recorded",
        "nothing-trained",
        "own-loop",
        "own-class",
        "layer",
        "function",
        "setting",
        "brought-numbers",
        "optimizer",
        "loss",
        "backend",
        "input-kind",
        "several-inputs",
        "rows",
        "other-rows",
        "test-rows",
        "targets",
        "wrong-targets",
        "row-weights",
        "too-many-fits",
        "too-many-layers",
        "too-long",
        "weights-brought",
        "weights-changed",
        "callback",
        "answers",
        "test-map",
        "estimator",
        "estimator-setting",
    ]
)
"""Each is the end of a key ``no-recipe-…`` in the catalogue."""
_OURS = frozenset({"not-recorded"})


def no_recipe_told(none: NoRecipe) -> Message:
    """Return why there is no recipe, and what to change to have one."""
    return say(f"no-recipe-{none.why}", detail=none.detail or "?")


def avoidable(none: NoRecipe) -> bool:
    """Return whether the program could have been written with a recipe, had its assignment not asked else."""
    return none.why not in _OURS
