"""Writes ``.keras`` archives by hand, as an attacker would: any configuration, any members."""

import io
import json
import zipfile
from typing import Any

HDF5 = b"\x89HDF\r\n\x1a\n" + bytes(500)


def layer(kind: str, module: str | None = "keras.layers", **config: Any) -> dict[str, Any]:
    return {"module": module, "class_name": kind, "config": config, "registered_name": None}


def sequential(*layers: Any, module: str = "keras", name: str = "Sequential") -> dict[str, Any]:
    return {
        "module": module,
        "class_name": name,
        "config": {"name": "sequential", "layers": list(layers)},
        "compile_config": {"optimizer": {"module": "keras.optimizers", "class_name": "Adam", "config": {}}},
    }


INPUT = layer("InputLayer", batch_shape=[None, 28, 28], dtype="float32")
DENSE = layer(
    "Dense",
    units=10,
    kernel_initializer=layer("GlorotUniform", "keras.initializers"),
    dtype=layer("DTypePolicy", "keras", name="float32"),
)


def archive(
    config: Any,
    *,
    members: dict[str, bytes] | None = None,
    deflate: bool = False,
    version: str = "3.15.1",
) -> bytes:
    """Return a ``.keras`` archive of ``config``, its members overridden or added to by ``members``."""
    content = config if isinstance(config, bytes) else json.dumps(config).encode()
    files = {
        "metadata.json": json.dumps({"keras_version": version}).encode(),
        "config.json": content,
        "model.weights.h5": HDF5,
    } | (members or {})
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED) as made:
        for name, body in files.items():
            made.writestr(name, body)
    return buffer.getvalue()
