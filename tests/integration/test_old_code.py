"""What ``tests/programs/old_code.toml`` says that old code meets, asked of the runtime's own libraries."""

import json
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.integration.harness_runs import PROGRAMS, runtime_python

pytestmark = pytest.mark.runtime

OLD_CODE = tomllib.loads((PROGRAMS / "old_code.toml").read_text("utf-8"))
BEFORE = {
    "libraries": "import numpy as np, os\nX = np.random.rand(40, 4)\nY = np.arange(40) % 3\n",
    "python": "",
    "tensorflow": """
import os, numpy as np, tensorflow as tf, keras
X = np.random.rand(40, 4).astype("float32")
Y = np.arange(40) % 3
def net(out=3, act="softmax"):
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(out, act)])
def fitted():
    m = net()
    m.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return m, m.fit(X, Y, verbose=0)
""",
}
ASK = """
import json, re, sys, warnings
warnings.simplefilter("ignore")
before, codes = json.load(sys.stdin)
common = {}
exec(before, common)
told = []
for code in codes:
    try:
        exec(compile(code, "prog", "exec"), dict(common))
        told.append("nothing")
    except BaseException as error:
        told.append(f"{type(error).__name__}: {error}")
print("\\n" + json.dumps([re.sub("\\x1b\\\\[[0-9;]*m", "", re.sub(r" ?\\(/[^)]*\\)", "", t)) for t in told]))
"""
SHOWN = 60


def asked(part: str, folder: Path) -> list[str]:
    """Return what the runtime answers to each program of ``part``."""
    codes = [code for code, _, _ in OLD_CODE[part]]
    home = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "MPLBACKEND": "Agg", "HOME": str(folder)}
    done = subprocess.run(
        [str(runtime_python()), "-c", ASK],
        input=json.dumps([BEFORE[part], codes]),
        cwd=folder,
        env=home | {"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answers: list[str] = json.loads(done.stdout.splitlines()[-1])
    return answers


def other_than_written(part: str, folder: Path) -> list[Any]:
    answers = asked(part, folder)
    pairs = zip(OLD_CODE[part], answers, strict=True)
    return [(code, told) for (code, wanted, _), told in pairs if shown(told) != shown(wanted)]


def shown(told: str) -> str:
    """The start of an error, where TensorFlow's parts have one name, whichever was imported first."""
    return told.replace("tensorflow._api.v2.", "tensorflow.")[:SHOWN]


@pytest.mark.parametrize("part", ["libraries", "python"])
def test_the_libraries_say_what_is_written_there(part: str, tmp_path: Path) -> None:
    assert other_than_written(part, tmp_path) == []


@pytest.mark.slow
def test_tensorflow_and_keras_say_what_is_written_there(tmp_path: Path) -> None:
    assert other_than_written("tensorflow", tmp_path) == []
