"""Values as plain JSON: numbers, text, lists, tuples, dicts and arrays of numbers; nothing else, and bounded.

The program made the objects: their classes may lie about what they are, raise, or never end. So a value is
looked at through the methods of the built-in type it derives from, and through no method of its own; only
tensors of the known libraries are asked for their numbers.
"""

import binascii
import io
import math
import sys
from json import dumps  # ours from now on: a program may put another function into the module
from typing import Any

MAX_DEPTH = 20
MAX_ITEMS = 100_000
MAX_CHARACTERS = 1_000_000
MAX_ARRAY_BYTES = 8 * 1024 * 1024
MAX_BITS = 4096
_LIBRARIES = frozenset({"tensorflow", "keras", "tf_keras", "torch", "jax", "jaxlib"})
_NUMBERS = "biuf"
_LARGEST_ITEM = 8
_SHOWN = 100
_class_name = type.__dict__["__name__"].__get__  # a metaclass may answer what it likes


class Unfit(Exception):  # noqa: N818 - a state of a value, told in one word
    """The value cannot cross; ``why`` is one of: type, dtype, text, depth, cycle, too_large.

    ``outline`` has the shape and dtype of an array that is too large, where it is the value itself.
    """

    def __init__(self, why: str, detail: str = "", outline: dict[str, Any] | None = None) -> None:
        super().__init__(detail)
        self.why = why
        self.detail = detail[:_SHOWN]
        self.outline = outline or {}


class PlainValues:
    """Writes values one after another; together they keep to one set of bounds."""

    def __init__(self) -> None:
        self._items = MAX_ITEMS
        self._characters = MAX_CHARACTERS
        self._bytes = MAX_ARRAY_BYTES
        self._above: list[int] = []

    def written(self, value: Any) -> str:
        """Return ``value`` as JSON; one that does not cross uses up nothing of what the others may hold.

        Raises:
            Unfit: something in it is not among what crosses, or it is too much.
        """
        left = self._items, self._characters, self._bytes
        self._above.clear()
        try:
            return dumps(self._plain(value), allow_nan=False)
        except BaseException:
            self._items, self._characters, self._bytes = left
            raise

    def _plain(self, value: Any) -> Any:
        self._items -= 1
        if self._items < 0:
            raise Unfit("too_large", f"more than {MAX_ITEMS} items")
        if value is None or value is True or value is False:
            return value
        kind = type(value)
        if issubclass(kind, str):
            return self._text(value)
        if issubclass(kind, list | tuple | dict):
            return self._container(value, kind)
        return self._numbers(value, kind, sys.modules.get("numpy"))

    def _numbers(self, value: Any, kind: type, numpy: Any) -> Any:
        """Return one number or an array of them; ``numpy`` is None where the program never loaded it."""
        if numpy is not None and issubclass(kind, numpy.generic):  # before float: float64 is one
            return {"scalar": self._array(numpy.asarray(value), numpy)}
        if numpy is not None and issubclass(kind, numpy.ndarray):
            return {"array": self._array(_bare(value, numpy), numpy)}
        if issubclass(kind, int):
            return _whole(value)
        if issubclass(kind, float):
            number = float.__float__(value)
            return number if math.isfinite(number) else {"float": str(number)}
        return {"array": self._array(_tensor_numbers(value, kind, numpy), numpy)}

    def _container(self, value: Any, kind: type) -> Any:
        if id(value) in self._above:
            raise Unfit("cycle")
        if len(self._above) >= MAX_DEPTH:
            raise Unfit("depth", str(MAX_DEPTH))
        self._above.append(id(value))
        made: Any
        if issubclass(kind, list):
            made = [self._plain(item) for item in list.__iter__(value)]
        elif issubclass(kind, tuple):
            made = {"tuple": [self._plain(item) for item in tuple.__iter__(value)]}
        else:
            made = {"dict": [[self._key(key), self._plain(item)] for key, item in dict.items(value)]}
        self._above.pop()
        return made

    def _key(self, key: Any) -> Any:
        numpy = sys.modules.get("numpy")
        parts = tuple(tuple.__iter__(key)) if issubclass(type(key), tuple) else (key,)
        scalars = (str, int, float, *(() if numpy is None else (numpy.generic,)))
        if not all(part is None or issubclass(type(part), scalars) for part in parts):
            raise Unfit("type", f"dict key {_class_name(type(key))}")
        return self._plain(key)

    def _text(self, value: Any) -> str:
        text = str.__str__(value)
        self._characters -= len(text)
        if self._characters < 0:
            raise Unfit("too_large", f"text of {len(text)} characters")
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise Unfit("text") from None
        return text

    def _array(self, array: Any, numpy: Any) -> str:
        """Return ``array`` as base64 of an .npy file, in its own dtype as far as others know it."""
        if array.dtype.name in ("bfloat16", "float8_e4m3fn", "float8_e5m2"):
            array = array.astype("<f4")
        if array.dtype.kind not in _NUMBERS or array.dtype.itemsize > _LARGEST_ITEM:
            raise Unfit("dtype", str(array.dtype))
        self._bytes -= array.nbytes  # what it would take: a view may show one number a billion times
        if self._bytes < 0:
            outline = {} if self._above else {"shape": list(array.shape), "dtype": array.dtype.name}
            raise Unfit("too_large", f"array of shape {array.shape}", outline)
        content = io.BytesIO()
        little = array.astype(array.dtype.newbyteorder("<"), copy=False)
        numpy.lib.format.write_array(content, little, allow_pickle=False)
        return binascii.b2a_base64(content.getvalue(), newline=False).decode("ascii")


def _whole(value: Any) -> int:
    bits = int.bit_length(value)
    if bits > MAX_BITS:
        raise Unfit("too_large", f"whole number of {bits} bits")
    return int.__int__(value)


def _bare(value: Any, numpy: Any) -> Any:
    """Return the numbers of an array without the class that a program or a library gave it."""
    if issubclass(type(value), numpy.ma.MaskedArray):  # what is hidden is no value
        raise Unfit("type", _class_name(type(value)))
    return numpy.ndarray.view(value, numpy.ndarray)


def _tensor_numbers(value: Any, kind: type, numpy: Any) -> Any:
    """Return the numbers of a tensor or a variable of a known library, as an array."""
    module = kind.__module__
    root = module.partition(".")[0] if type(module) is str else ""
    answer = value.numpy() if root in _LIBRARIES and hasattr(kind, "numpy") else None
    if numpy is None or not issubclass(type(answer), numpy.ndarray | numpy.generic):
        raise Unfit("type", _class_name(kind))
    return numpy.asarray(answer)
