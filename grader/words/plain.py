"""Messages as plain values, to be kept in JSON and told later: a sentence by its key and fields."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from grader.model.message import Joined, Message, Text
from grader.words.catalogue import Said, say


def to_plain(message: Message) -> dict[str, Any]:
    """Return ``message`` as JSON can hold it; :func:`from_plain` makes it again.

    Raises:
        TypeError: a field is no message, text or number.
    """
    match message:
        case Said(key, fields):
            return {"key": key, "fields": {name: _plain(value) for name, value in fields.items()}}
        case Joined(between, parts):
            return {"between": between, "parts": [to_plain(part) for part in parts]}
    return {"pt": message.pt, "en": message.en, "code": message.code}


def from_plain(kept: Mapping[str, Any]) -> Message:
    """Return the message that ``kept`` was made of.

    Raises:
        KeyError, TypeError: it was made of none, or of an entry that the catalogue no longer has.
    """
    if "key" in kept:
        return say(kept["key"], **{name: _value(value) for name, value in kept["fields"].items()})
    if "parts" in kept:
        return Joined(kept["between"], tuple(from_plain(part) for part in kept["parts"]))
    return Text(kept["pt"], kept["en"], kept.get("code"))


def _plain(value: Any) -> Any:
    if isinstance(value, Message):
        return {"message": to_plain(value)}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, str | int | float) or value is None:
        return value
    raise TypeError(f"{type(value).__name__} cannot be kept in a message")


def _value(kept: Any) -> Any:
    if isinstance(kept, dict):
        return from_plain(kept["message"]) if "message" in kept else Decimal(kept["decimal"])
    return kept
