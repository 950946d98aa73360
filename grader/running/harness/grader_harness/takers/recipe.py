"""``recipe``: how the model that answered was trained, or why nobody else can train it so."""

import json

from grader_harness.ended import Ended
from grader_harness.job import PROTOCOL, Ask
from grader_harness.recipe.compose import recipe_of
from grader_harness.recipe.fits import NoRecipe
from grader_harness.states import ABSENT, OK, passed_over
from grader_harness.writing import write_text

MOST_BYTES = 256 * 1024
_FILE = "recipe.json"


def take(_ask: Ask, ended: Ended) -> dict[str, str]:
    """Leave ``recipe.json``, with the recipe or the reason why there is none."""
    fit_book = ended.fit_book
    if fit_book is None:
        return ABSENT
    try:
        said = {"recipe": recipe_of(ended, fit_book)}
    except NoRecipe as none:
        said = {"none": {"why": none.why, "detail": none.detail}}
    text = json.dumps({"protocol": PROTOCOL, **said})
    if len(text) > MOST_BYTES:
        said = {"none": {"why": "too-long", "detail": str(len(text))}}
        text = json.dumps({"protocol": PROTOCOL, **said})
    write_text(ended.job.out / _FILE, text)
    return OK if "recipe" in said else passed_over("none", said["none"]["why"])
