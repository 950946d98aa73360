"""Holds a plugin against the contract of its kind, a protocol of ``plugins/interfaces.py``."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from types import FunctionType, UnionType
from typing import Any, Union, get_args, get_origin

from grader.model.message import Message, Text
from grader.words import say
from grader.words.mistake_words import legible

_LONGEST = 200


def validate(plugin: Any, contract: type) -> tuple[Message, ...]:
    """Return what ``plugin`` lacks of ``contract`` or has otherwise, each with what is expected there.

    Attributes are looked at for being there and for their type, methods for taking the parameters that they
    will be given. No method is called.
    """
    attributes, methods = attributes_of(contract), methods_of(contract)
    return (
        *(wrong for name, wanted in attributes.items() for wrong in _attribute(plugin, name, wanted)),
        *(wrong for name, method in methods.items() for wrong in _method(plugin, name, method)),
    )


def attributes_of(contract: type) -> Mapping[str, Any]:
    """Return the attributes that a protocol asks for, and the type of each."""
    annotated: dict[str, Any] = {}
    for base in reversed(contract.__mro__):
        annotated |= {
            name: kind for name, kind in vars(base).get("__annotations__", {}).items() if name[0] != "_"
        }
    return annotated


def methods_of(contract: type) -> Mapping[str, FunctionType]:
    """Return the methods that a protocol asks for."""
    return {
        name: member
        for base in reversed(contract.__mro__)
        for name, member in vars(base).items()
        if isinstance(member, FunctionType) and (name == "__call__" or not name.startswith("_"))
    }


def unwritten(loaded: Any, contract: type) -> tuple[Message, ...]:
    """Return the methods that a class derived from ``contract`` leaves unwritten: it cannot be made."""
    left = getattr(loaded, "__abstractmethods__", ()) if isinstance(loaded, type) else ()
    methods = methods_of(contract)
    return tuple(
        say("plugin.method_missing", method=_called(name, methods[name])) for name in methods if name in left
    )


def first_line(error: BaseException) -> str:
    """Return what an exception says, on one line: its kind and the first line of its words."""
    lines = str(error).strip().splitlines()
    return legible(f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__, _LONGEST)


def _attribute(plugin: Any, name: str, wanted: Any) -> Iterator[Message]:
    expected = _in_words(wanted)
    try:
        value = getattr(plugin, name)
    except AttributeError:
        yield say("plugin.attribute_missing", name=name, expected=expected)
    except Exception as error:  # noqa: BLE001 - somebody else's property: whatever it raises is told
        yield say("plugin.attribute_raises", name=name, expected=expected, error=first_line(error))
    else:
        if not _is(value, wanted):
            yield say("plugin.attribute_wrong", name=name, got=_shown(value), expected=expected)


def _method(plugin: Any, name: str, asked: FunctionType) -> Iterator[Message]:
    parameters, written = _parameters(asked), _called(name, asked)
    method = plugin if name == "__call__" else getattr(plugin, name, None)
    if not callable(method):
        yield say("plugin.method_missing", method=written)
    elif not _takes(method, parameters):
        own = f"{name}{_own_signature(method)}"
        yield say("plugin.method_parameters", own=legible(own, _LONGEST), method=written)


def _parameters(asked: FunctionType) -> list[inspect.Parameter]:
    return list(inspect.signature(asked).parameters.values())[1:]


def _called(name: str, asked: FunctionType) -> str:
    """Return how a method of a contract is called: ``answer(facts, spec)``."""
    return f"{name}({', '.join(_written(parameter) for parameter in _parameters(asked))})"


def _takes(method: Callable[..., Any], parameters: Iterable[inspect.Parameter]) -> bool:
    """Return whether ``method`` can be called with ``parameters``."""
    try:
        signature = inspect.signature(method)
    except (TypeError, ValueError):  # written in C: it does not say what it takes
        return True
    by_name = [parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY]
    by_place = [parameter for parameter in parameters if parameter.kind is parameter.POSITIONAL_OR_KEYWORD]
    try:
        signature.bind(*by_place, **dict.fromkeys(by_name))
    except TypeError:
        return False
    return True


def _written(parameter: inspect.Parameter) -> str:
    return f"*, {parameter.name}" if parameter.kind is parameter.KEYWORD_ONLY else parameter.name


def _own_signature(method: Callable[..., Any]) -> str:
    parameters = inspect.signature(method).parameters.values()
    return str(inspect.Signature([p.replace(annotation=inspect.Parameter.empty) for p in parameters]))


def _is(value: Any, wanted: Any) -> bool:
    if wanted is Any or isinstance(wanted, str):  # a type that is not imported here
        return True
    origin = get_origin(wanted)
    if origin in (UnionType, Union):
        return any(_is(value, each) for each in get_args(wanted))
    if wanted is str:
        return isinstance(value, str) and bool(value)
    if wanted in (int, float) and isinstance(value, bool):
        return False
    return isinstance(value, origin or wanted)


def _in_words(wanted: Any) -> Message:
    if wanted is str:
        return say("plugin.expected_text")
    if wanted is bool:
        return say("needed.one_of", values="True, False")
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return say("needed.one_of", values=", ".join(f"{wanted.__name__}.{member.name}" for member in wanted))
    if get_origin(wanted) is type:
        return say("plugin.expected_class")
    plain = wanted.__name__ if isinstance(wanted, type) and get_origin(wanted) is None else str(wanted)
    return Text(plain, plain)


def _shown(value: Any) -> str:
    return legible(f"{value!r} ({type(value).__name__})", _LONGEST)
