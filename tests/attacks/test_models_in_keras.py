"""What stands behind our look: what Keras itself makes of hostile archives, and what its modules hold."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from grader.readers.keras_archive import read_keras_archive
from grader.readers.refused import Refused
from tests.attacks.archives import archive, layer, sequential
from tests.integration.harness_runs import runtime_python

pytestmark = pytest.mark.runtime

LOADS = """
import json, pathlib, keras
told = {}
for path in sorted(pathlib.Path(".").glob("*.keras")):
    try:
        keras.models.load_model(path, compile=False, safe_mode=True)
        told[path.stem] = "loaded"
    except Exception as error:
        told[path.stem] = type(error).__name__
print(json.dumps(told))
"""

MODULES = """
import importlib, json, pkgutil
import keras
from keras.src.saving.object_registration import GLOBAL_CUSTOM_OBJECTS

ROOMS = (
    "initializers regularizers constraints optimizers losses metrics activations "
    "dtype_policies random quantizers distribution ops"
).split()
found = []
for room in ROOMS:
    package = importlib.import_module("keras.src." + room)
    inside = [m.name for m in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
    for name in [package.__name__, *inside]:
        if not name.endswith("_test"):
            module = importlib.import_module(name)
            found += [
                [name, kind] for kind, value in vars(module).items()
                if isinstance(value, type) and issubclass(value, keras.layers.Layer)
            ]
print(json.dumps({"layers": found, "registered": sorted(GLOBAL_CUSTOM_OBJECTS)}))
"""


def run(program: str, folder: Path) -> Any:
    """Return what a program of the runtime prints as JSON."""
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(
        [runtime_python(), "-W", "ignore", "-c", program],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def function(name: str, module: str) -> dict[str, Any]:
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


def hostile(mark: Path) -> dict[str, bytes]:
    """Return archives by hand after the public descriptions; each would leave ``mark`` behind."""
    taken = layer("InputLayer", batch_shape=[None, 4], dtype="float32")
    fetch = {"fname": str(mark), "origin": "file:///etc/passwd", "force_download": True}
    models = {
        "CVE-2025-1550": [layer("Dense", units=1, activation=function("system", "os"))],
        "CVE-2025-1550-class": [layer("Popen", "subprocess", args=["touch", str(mark)])],
        "CVE-2025-8747": [layer("get_file", "keras.utils", **fetch)],
        "CVE-2025-8747-function": [layer("Dense", units=1, activation=function("get_file", "keras.utils"))],
        "CVE-2025-9906": [layer("Dense", units=1, activation=function(SETTING, "keras.config"))],
        "CVE-2025-12058": [layer("StringLookup", vocabulary="/etc/passwd")],
        "lambda": [layer("Lambda", function={"class_name": "__lambda__", "config": {"value": "4wE="}})],
        "pickle": [layer("TorchModuleWrapper", module="gASVKAAAAAAAAACM")],
        "saved_model": [layer("TFSMLayer", filepath="/tmp")],
    }
    return {name: archive(sequential(taken, *layers)) for name, layers in models.items()}


SETTING = "enable_unsafe_deserialization"


@pytest.mark.attack("keras_cve_set", "keras_lambda")
def test_every_archive_is_refused_by_our_look_and_by_keras_too(tmp_path: Path) -> None:
    mark = tmp_path / "owned"
    archives = hostile(mark)
    for name, content in archives.items():
        (tmp_path / f"{name}.keras").write_bytes(content)
        assert isinstance(read_keras_archive(content), Refused), name
    told = run(LOADS, tmp_path)
    assert set(told) == set(archives)
    assert [name for name, what in told.items() if what == "loaded"] == []
    assert not mark.exists()


@pytest.mark.attack("model_hidden_layer")
def test_no_layer_can_be_reached_through_the_module_of_a_part_unseen(tmp_path: Path) -> None:
    said = run(MODULES, tmp_path)
    assert said["registered"] == []
    assert said["layers"]
    for module, kind in said["layers"]:
        reached = layer("Dense", units=1, activation=layer(kind, module))
        found = read_keras_archive(archive(sequential(reached)))
        assert isinstance(found, Refused) or kind in found.layers, (module, kind)
