"""What a recipe may be made of, as ``recipe_names.toml`` lists it: classes by name with their settings."""

import re
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

Settings = Mapping[str, frozenset[str]]


def _file() -> Mapping[str, Any]:
    return tomllib.loads(
        (resources.files("grader.readers") / "recipe_names.toml").read_text(encoding="utf-8")
    )


_LISTED = _file()


def _settings(table: str, *common: str) -> Settings:
    """Return the classes of ``table`` with their settings; ``common`` are those of all of them."""
    named = {f"<{name}>": words for name, words in _LISTED["groups"].items()}
    return {
        name: frozenset(re.sub(r"<\w+>", lambda found: named[found[0]], words).split()) | {*common}
        for name, words in _LISTED[table].items()
    }


def _words(name: str) -> frozenset[str]:
    return frozenset(_LISTED["lists"][name].split())


LAYERS = _settings("layers", *_LISTED["groups"]["common"].split())
MODELS = frozenset({"Sequential", "Functional", "Model"})
ARITHMETIC = _words("arithmetic")
TENSORFLOW_ARITHMETIC = _words("tensorflow_arithmetic")
INITIALIZERS = _settings("initializers", "seed")
REGULARIZERS = _settings("regularizers")
CONSTRAINTS = _settings("constraints")
OPTIMIZERS = _settings("optimizers", *_LISTED["groups"]["stepping"].split())
SCHEDULES = _settings("schedules", "name")
LOSSES = _settings("losses", "name", "reduction", "fn", "dtype")
LOSSES_BY_WORD: Mapping[str, str] = _LISTED["words"]["losses"]
ACTIVATIONS = _words("activations")
ACTIVATIONS_BY_WORD: Mapping[str, str] = _LISTED["words"]["activations"]
CALLBACKS = _settings("callbacks")
"""Those that decide something without a function of the program's own."""
MONITORED = _words("monitored")
ESTIMATORS = frozenset(
    f"sklearn.{room}.{name}" for room, names in _LISTED["estimators"].items() for name in names.split()
)
FUNCTIONS = _words("functions")
