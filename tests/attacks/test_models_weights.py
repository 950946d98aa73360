"""Hostile weights files: what HDF5 can do beyond holding arrays is refused inside, before Keras is there."""

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.readers.keras_archive import ModelFile, read_keras_archive
from grader.readers.layer_table import weigh
from grader.readers.model_report import read_weights
from grader.readers.refused import Refused
from tests.attacks.archives import archive, layer, sequential
from tests.integration.harness_runs import model_run, runtime_python

pytestmark = pytest.mark.runtime

MODEL = sequential(
    layer("InputLayer", batch_shape=[None, 4], dtype="float32", name="rows"),
    layer("Dense", units=3, name="answer") | {"build_config": {"input_shape": [None, 4]}},
)
KERNEL = "layers/dense/vars/0"

PROGRAM = f"""
import contextlib, h5py, numpy as np
GROUP, KERNEL = "layers/dense/vars", {KERNEL!r}

@contextlib.contextmanager
def weights(name, kernel=True):
    with h5py.File(name + ".h5", "w") as file:
        group = file.create_group(GROUP)
        group["1"] = np.zeros(3, "f4")
        if kernel:
            group["0"] = np.ones((4, 3), "f4")
        yield file

with weights("honest"): pass
with weights("compressed", kernel=False) as file:
    file.create_dataset(KERNEL, data=np.ones((4, 3), "f4"), chunks=True, compression="gzip", shuffle=True)
with weights("other_width", kernel=False) as file:
    file[KERNEL] = np.ones((5, 3), "f4")
with weights("more_units", kernel=False) as file:
    file[KERNEL] = np.ones((4, 30), "f4")
with weights("external_link", kernel=False) as file:
    file[KERNEL] = h5py.ExternalLink("/etc/passwd", "/x")
with weights("external_group") as file:
    file["layers/other"] = h5py.ExternalLink("/etc/passwd", "/")
with weights("soft_link", kernel=False) as file:
    file[KERNEL] = h5py.SoftLink("/layers/dense/vars/1")
with weights("dangling") as file:
    file["layers/other"] = h5py.SoftLink("/nowhere")
with weights("external_storage", kernel=False) as file:
    file.create_dataset(KERNEL, (4, 3), "f4", external=[("/etc/passwd", 0, 48)])
with weights("virtual", kernel=False) as file:
    layout = h5py.VirtualLayout((4, 3), "f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (4, 3))
    file.create_virtual_dataset(KERNEL, layout)
with weights("huge_shape", kernel=False) as file:
    file.create_dataset(KERNEL, (2**20, 2**20), "f4", chunks=(2**10, 2**10))
with weights("huge_packed", kernel=False) as file:
    file.create_dataset(KERNEL, (2**20, 2**20), "f4", chunks=(2**10, 2**10), compression="gzip")
with weights("not_written", kernel=False) as file:
    file.create_dataset(KERNEL, (4, 3), "f4")
with weights("filter", kernel=False) as file:
    file.create_dataset(KERNEL, data=np.ones((4, 3), "f4"), chunks=True, compression="lzf")
with weights("unknown_filter", kernel=False) as file:
    made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    made.set_chunk((4, 3))
    made.set_filter(32015, h5py.h5z.FLAG_OPTIONAL, (1,))
    space = h5py.h5s.create_simple((4, 3))
    h5py.h5d.create(file[GROUP].id, b"0", h5py.h5t.NATIVE_FLOAT, space, made)
with weights("strings", kernel=False) as file:
    file.create_dataset(KERNEL, data=np.array(["/etc/passwd"], dtype=object), dtype=h5py.string_dtype())
with weights("references", kernel=False) as file:
    file.create_dataset(KERNEL, data=file["layers"].ref, dtype=h5py.ref_dtype)
with weights("compound", kernel=False) as file:
    file[KERNEL] = np.zeros((4, 3), [("a", "f4"), ("b", "f4")])
with weights("named_type") as file:
    file["layers/other"] = np.dtype("f4")
with weights("no_space", kernel=False) as file:
    file[KERNEL] = h5py.Empty("f4")
with weights("loop") as file:
    file["layers/dense/again"] = file["layers"]
with weights("twice") as file:
    file["layers/dense_1"] = file["layers/dense"]
with weights("many") as file:
    more = file.create_group("more")
    for number in range(20_001):
        more[str(number)] = np.int8(0)
with weights("deep") as file:
    group = file
    for _ in range(200):
        group = group.create_group("g")
with weights("long") as file:
    file.create_group("x" * 5000)
open("torn.h5", "wb").write(open("honest.h5", "rb").read()[:900])
open("nothing.h5", "wb").write(b"\\x89HDF\\r\\n\\x1a\\n" + bytes(4000))
"""

FORBIDDEN = """
import pathlib
pathlib.Path(__file__).with_name("imported").touch()
raise ImportError("Keras was asked")
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights files of every kind, written by the runtime's own h5py."""
    folder = tmp_path_factory.mktemp("weights")
    done = subprocess.run(
        [runtime_python(), "-c", PROGRAM], cwd=folder, capture_output=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    for name in ("keras", "tf_keras"):
        package = folder / "without" / name
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(FORBIDDEN)
    return folder


def looked_at(made: Path, name: str, tmp_path: Path) -> tuple[dict[str, Any], Any]:
    """Return what predict.py reports of an archive with these weights, and what we read of its shapes.

    Keras is not there: a weights file is looked at before it is asked.
    """
    model = tmp_path / "model.keras"
    model.write_bytes(archive(MODEL, members={"model.weights.h5": (made / f"{name}.h5").read_bytes()}))
    rows = np.zeros((2, 4), "f4")
    said = model_run(tmp_path, model, rows, {"PYTHONPATH": str(made / "without")})
    return said, read_weights((tmp_path / "out-b" / "weights.json").read_bytes())


def asked_keras(made: Path) -> bool:
    marks = list((made / "without").rglob("imported"))
    for mark in marks:
        mark.unlink()
    return bool(marks)


def table_of(arrays: Any) -> Any:
    model = read_keras_archive(archive(MODEL))
    assert isinstance(model, ModelFile)
    return weigh(model.rows, arrays)


@pytest.mark.attack("keras_cve_set", "model_weights_elsewhere")
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("external_link", "a link"),
        ("external_group", "a link"),
        ("soft_link", "a link"),
        ("dangling", "a link"),
        ("external_storage", "values kept in another file"),  # CVE-2026-1669
        ("virtual", "virtual values"),
    ],
)
def test_weights_that_lie_elsewhere_are_refused_before_keras(
    made: Path, name: str, why: str, tmp_path: Path
) -> None:
    said, arrays = looked_at(made, name, tmp_path)
    assert isinstance(arrays, Refused)
    assert arrays.reason.code == "GR258"
    assert why in arrays.reason.en
    assert said["why"] == "weights"
    assert not asked_keras(made)


@pytest.mark.attack("keras_cve_set", "model_weights_bomb")
@pytest.mark.parametrize("name", ["huge_shape", "huge_packed", "not_written", "no_space"])  # CVE-2026-0897
def test_weights_larger_than_what_is_there_are_refused_before_keras(
    made: Path, name: str, tmp_path: Path
) -> None:
    said, arrays = looked_at(made, name, tmp_path)
    assert isinstance(arrays, Refused)
    assert "a shape larger than the values that are there" in arrays.reason.en
    assert said["why"] == "weights"
    assert not asked_keras(made)


@pytest.mark.attack("model_weights_bomb")
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("loop", "the same part in two places"),
        ("twice", "the same part in two places"),
        ("many", "more parts than any model has"),
        ("deep", "more parts than any model has"),
        ("long", "more parts than any model has"),
        ("filter", "a filter that Keras does not use"),
        ("unknown_filter", "a filter that Keras does not use"),
        ("strings", "values that are no numbers"),
        ("references", "values that are no numbers"),
        ("compound", "values that are no numbers"),
        ("named_type", "values that are no numbers"),
        ("torn", "it cannot be read as HDF5"),
        ("nothing", "it cannot be read as HDF5"),
    ],
)
def test_weights_of_a_form_that_keras_never_writes_are_refused_before_keras(
    made: Path, name: str, why: str, tmp_path: Path
) -> None:
    said, arrays = looked_at(made, name, tmp_path)
    assert isinstance(arrays, Refused)
    assert why in arrays.reason.en
    assert said["why"] == "weights"
    assert not asked_keras(made)


@pytest.mark.parametrize("name", ["honest", "compressed"])
def test_honest_weights_are_counted_and_keras_is_asked(made: Path, name: str, tmp_path: Path) -> None:
    said, arrays = looked_at(made, name, tmp_path)
    table = table_of(arrays)
    assert [(one.name, one.kind, one.parameters) for one in table.layers] == [
        ("rows", "InputLayer", 0),
        ("answer", "Dense", 15),
    ]
    assert table.parameters == 15
    assert said["why"] == "load"
    assert asked_keras(made)


@pytest.mark.attack("model_false_shapes")
@pytest.mark.parametrize(("name", "there"), [("other_width", "(5, 3)"), ("more_units", "(4, 30)")])
def test_weights_that_contradict_the_configuration_are_refused(
    made: Path, name: str, there: str, tmp_path: Path
) -> None:
    _, arrays = looked_at(made, name, tmp_path)
    table = table_of(arrays)
    assert isinstance(table, Refused)
    assert table.reason.code == "GR259"
    assert "answer" in table.reason.en
    assert there in table.reason.en
    assert "(4, 3)" in table.reason.en


def test_what_is_written_of_the_shapes_stays_small(made: Path, tmp_path: Path) -> None:
    looked_at(made, "many", tmp_path)
    written = (tmp_path / "out-b" / "weights.json").read_bytes()
    assert len(written) < 1000
    assert json.loads(written)["arrays"] == []
