"""What took the place of a name that a library no longer has, from the table beside this module."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from grader.model.message import Message
from grader.words import say

_TABLE = "replaced_names.toml"
_SENTENCES = (
    *("name-replaced", "value-replaced", "alias-imported-as-package"),
    *("numpy-name-removed", "pandas-function-removed", "tf1-name-replaced", "python2-name-removed"),
)
"""What ``as`` may name; without it, the first."""
# Keras is reached by several ways, and calls itself by yet another.
_OTHER_KERAS = re.compile(r"^(keras\._tf_keras\.|tensorflow\.|tf_keras\.api\._v2\.|tf_)(?=keras\b)")
# And TensorFlow's parts go by one name or the other, by what was imported before.
_OTHER_TENSORFLOW = re.compile(r"^tensorflow\._api\.v2\.")


def replacement(owner: str, name: str) -> Message | None:
    """Return what is written today for ``name`` of ``owner`` (``numpy``, ``sklearn.metrics``)."""
    entries = _tables().get(_OTHER_KERAS.sub("", _OTHER_TENSORFLOW.sub("tensorflow.", owner)), {})
    found = entries.get(name)
    if found is None:
        return None
    since, *ways = found
    write = ", ".join(f"`{way}`" for way in ways)
    old = f"{entries['shown'][0]}{name}"
    sentence = _SENTENCES[_SENTENCES.index(entries["as"][0])]
    return say(sentence, name=name, old=old, since=since, write=write)


@cache
def _tables() -> Mapping[str, Mapping[str, list[str]]]:
    text = (resources.files(__package__) / _TABLE).read_text(encoding="utf-8")
    return {
        owner: {"as": [_SENTENCES[0]], **{name: _listed(value) for name, value in entries.items()}}
        for owner, entries in tomllib.loads(text).items()
    }


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
