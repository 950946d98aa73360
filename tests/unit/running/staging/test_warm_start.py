"""What in a program speaks against a warm start, and what only looks as if it did."""

import json
from pathlib import Path

import pytest

from grader.model.run import Cold, StagedFile
from grader.running.staging.warm_start import warm_start


def why_cold(folder: Path, text: str, *, notebook: bool = False) -> Cold | None:
    name = "net.ipynb" if notebook else "net.py"
    content = json.dumps({"cells": [{"cell_type": "code", "source": [text]}]}) if notebook else text
    (folder / name).write_text(content, encoding="utf-8")
    return warm_start((), [StagedFile(source=folder / name, name=name)]).unless


@pytest.mark.parametrize("notebook", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        "import os; os.environ['TF_CPP_MIN_LOG_LEVEL']='3'\nimport tensorflow as tf\n",
        'import os\nos.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"\n',
        "os.environ['CUDA_VISIBLE_DEVICES'] = '-1'\n",
        "import numpy\n",
    ],
)
def test_how_much_tensorflow_logs_is_no_reason_to_start_cold(
    tmp_path: Path, text: str, *, notebook: bool
) -> None:
    assert why_cold(tmp_path, text, notebook=notebook) is None


@pytest.mark.parametrize(
    "text",
    [
        "os.environ['TF_USE_LEGACY_KERAS'] = '1'\n",
        "os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'; os.environ['KERAS_BACKEND'] = 'jax'\n",
        "os.environ['TF_CPP_MIN_LOG_LEVEL'] = level\n",
        "os.environ.update(TF_CPP_MIN_LOG_LEVEL='3')\n",
        "%env TF_ENABLE_ONEDNN_OPTS=0\n",
        "!export KERAS_BACKEND=torch\n",
    ],
)
def test_a_variable_that_libraries_read_while_they_load_is(tmp_path: Path, text: str) -> None:
    assert why_cold(tmp_path, text) is Cold.ENVIRONMENT
