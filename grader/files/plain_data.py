"""The one codec of what we keep as JSON and read again: dataclasses as plain data, and back."""

from typing import Any, TypeVar

T = TypeVar("T")


def plain_of(value: Any) -> Any:
    """Return a dataclass as JSON can hold it: tuples are lists, enums their values."""
    return _adapter(type(value)).dump_python(value, mode="json")


def read_plain(kind: type[T], data: object) -> T:
    """Return the ``kind`` that ``data`` was made of; what is not named in ``kind`` is passed over.

    For what we wrote ourselves: a number may have come back as another kind of number.

    Raises:
        ValueError: it was made of none.
    """
    value: T = _adapter(kind).validate_python(data)
    return value


_adapters: dict[type[Any], Any] = {}
"""Each is made once: that takes longer than reading a record."""


def _adapter(kind: type[Any]) -> Any:
    from pydantic import TypeAdapter

    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]
