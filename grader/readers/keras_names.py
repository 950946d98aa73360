"""Which names a Keras configuration may look up: layers and their parts, in Keras' own modules.

Loading looks every spelled object up by ``module`` and ``class_name``; published holes have come from what
else stands in these modules (``keras.utils.get_file``, ``keras.config.enable_unsafe_deserialization``), and
from a third field, ``registered_name``, that is asked before both.
"""

import builtins
import re
import sys
from typing import Any

KERAS = frozenset({"keras", "tf_keras"})
PARTS = frozenset(
    [
        "initializers",
        "regularizers",
        "constraints",
        "optimizers",
        "losses",
        "metrics",
        "activations",
        "dtype_policies",
        "mixed_precision",
        "random",
        "quantizers",
        "distribution",
    ]
)
"""What a model's configuration spells out besides layers: Keras' modules of that name."""
TENSORFLOW_FUNCTIONS = frozenset(
    [
        "softmax_v2",
        "log_softmax_v2",
        "crelu_v2",
        "swish",
        "identity",
        "exp",
        "sin",
        "cos",
        "square",
        "erf",
        "atan",
    ]
)
"""What Keras calls functions of ``tf.nn`` and ``tf`` given as an activation, without their module. They are
loaded as TensorFlow's; whether the program meant these shows in what the model answers."""
OPERATIONS = "ops"
_ROOMS = PARTS | {OPERATIONS, "layers", "models", "engine"}
_ROOMS_OF_FUNCTIONS = PARTS - {"mixed_precision", "distribution", "random"} | {OPERATIONS}
_NAME = re.compile(r"(?:[A-Za-z]\w*>)?_{0,2}[A-Za-z]\w*", re.ASCII)
_WITH_CODE = frozenset({"TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "__typespec__"})
"""Layers that load another file or unpickle, and the one mark that instantiates any class it names."""
_FILE_FIELDS = frozenset({"vocabulary", "filepath", "file_path", "filename", "fname", "origin", "url"})
_ADDRESS = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]*://")
_WRAPPERS = {
    "TFOpLambda": "function",
    "ClassMethod": "cls_symbol",
    "InstanceMethod": "attr_name",
    "InstanceProperty": "attr_name",
}
_TENSORFLOW_ROOMS = frozenset(
    [
        "math",
        "nn",
        "linalg",
        "image",
        "strings",
        "signal",
        "bitwise",
        "__operators__",
        "random",
        "dtypes",
        "keras.activations",
    ]
)
_TENSORFLOW_CODE = re.compile(
    r"py_function|numpy_function|load_|import_|function|print|Assert|custom_gradient"
)


def rooms(module: str) -> tuple[str, ...]:
    """Return the parts of a Keras module's name below ``keras`` and ``keras.src``."""
    parts = module.split(".")[1:]
    return tuple(parts[1:] if parts[:1] == ["src"] else parts)


def of_keras(module: str) -> bool:
    """Return whether ``module`` claims to be one of Keras' own."""
    return module.partition(".")[0] in KERAS


def of_the_program(module: str) -> bool:
    """Return whether ``module`` is where a submission's own classes and functions stand: nowhere or main."""
    return module in ("", "__main__", "builtins")


def of_tensorflow(name: str, module: str, config: Any) -> bool:
    """Return whether an object is a function that TensorFlow brings along: ``tf.nn.softmax``."""
    return name == "function" and module == "builtins" and str(config) in TENSORFLOW_FUNCTIONS


def may_not_be_looked_up(name: str, module: str, registered: Any, config: Any) -> bool:
    """Return whether loading an object of this name would reach beyond layers and their parts.

    Python's own modules (``os``, ``eval``), modules of Keras that are no model's (files, addresses,
    settings), names that are paths (``layers.Lambda``), and objects registered under another name.
    """
    if name in _WITH_CODE:
        return True
    if not of_keras(module):
        return _in_python(name, module, config)
    below = rooms(module)
    if not _NAME.fullmatch(name) or not _registered_as_itself(name, registered, config):
        return True
    if name == "function":
        plain = isinstance(config, str) and _NAME.fullmatch(config) is not None
        return not plain or not below or below[0] not in _ROOMS_OF_FUNCTIONS
    if name in _WRAPPERS and _beyond_arithmetic(name, config):
        return True
    return bool(below) and below[0] not in _ROOMS


def outside_place(config: Any) -> str | None:
    """Return what a layer's settings name outside of the archive, a file or an address; None if nothing.

    A vocabulary is honest as a list, or as a file among the archive's own ``assets/``.
    """
    for key, value in config.items() if isinstance(config, dict) else ():
        if isinstance(value, str) and (key in _FILE_FIELDS or _ADDRESS.match(value)):
            return f"{key} = {value}"
    return None


def _in_python(name: str, module: str, config: Any) -> bool:
    root = module.partition(".")[0]
    if root != "builtins":
        return root in sys.stdlib_module_names and root != "__main__"
    return name != "function" or (isinstance(config, str) and hasattr(builtins, config))


def _registered_as_itself(name: str, registered: Any, config: Any) -> bool:
    """Return whether ``registered_name`` says the same as the name beside it, as Keras writes it."""
    if registered is None or registered == name:
        return True
    if not isinstance(registered, str):
        return False
    own = config if name == "function" else name
    return registered.rpartition(">")[2] == str(own).rpartition(">")[2]


def _beyond_arithmetic(name: str, config: Any) -> bool:
    """Return whether tf-keras' layer around a function of TensorFlow names one that is no arithmetic."""
    settings = config if isinstance(config, dict) else {}
    symbol = settings.get(_WRAPPERS[name])
    if not isinstance(symbol, str):
        return True
    if name == "ClassMethod":
        return symbol not in ("RaggedTensor", "SparseTensor")
    if name != "TFOpLambda":
        return symbol.startswith("_")
    room, _, function = symbol.removeprefix("compat.v1.").rpartition(".")
    return bool(_TENSORFLOW_CODE.match(function)) or (room != "" and room not in _TENSORFLOW_ROOMS)
