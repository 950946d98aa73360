import json
from pathlib import Path
from typing import Any

import pytest

from grader.coursefiles.notebooks import MOST_CELLS
from grader.coursefiles.passages import passages_of, read_passages
from grader.coursefiles.read_submission import read_received
from grader.coursefiles.received import Received
from grader.model.passage import Origin
from grader.model.submission import FileKind, Submission


def notebook(*cells: dict[str, Any], **fields: Any) -> bytes:
    return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells, **fields}).encode()


def code(source: str, *outputs: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": list(outputs)}


STREAM = {"output_type": "stream", "name": "stdout", "text": ["Test accuracy: ", "0.98\n"]}
RESULT = {"output_type": "execute_result", "data": {"text/plain": "[0.06, 0.98]", "text/html": "<b>"}}


def received(folder: Path, name: str, content: bytes) -> Submission:
    (folder / "in").mkdir()
    (folder / "in" / name).write_bytes(content)
    item = Received(student="ana", assignment="digits", sources=(("", folder / "in"),), shown="ana")
    read = read_received(item, "ana", folder / "intake")
    assert isinstance(read, Submission)
    return read


def test_a_notebook_keeps_its_saved_outputs_for_reading_though_not_for_running(tmp_path: Path) -> None:
    cells = [{"cell_type": "markdown", "source": "Erro: 1 %"}, code("model.evaluate(QX, QY)", STREAM, RESULT)]
    submission = received(tmp_path, "digits.ipynb", notebook(*cells))
    found = read_passages(submission)
    assert [(p.origin, p.place) for p in found] == [
        (Origin.MARKDOWN, "digits.ipynb[1]"),
        (Origin.CODE, "digits.ipynb[2]"),
        (Origin.SAVED, "digits.ipynb[2] out"),
    ]
    assert found[2].text == "Test accuracy: 0.98\n\n[0.06, 0.98]"
    assert found[2].source == "model.evaluate(QX, QY)"
    (main,) = submission.files
    assert b"Test accuracy" not in main.path.read_bytes()


def test_a_script_is_one_passage(tmp_path: Path) -> None:
    (only,) = read_passages(received(tmp_path, "digits.py", b"x = 1  # acur\xe1cia\n"))
    assert (only.origin, only.place) == (Origin.CODE, "digits.py")
    assert only.text == "x = 1  # acurácia\n"


def test_an_output_of_megabytes_is_read_at_both_ends(tmp_path: Path) -> None:
    flood = {"output_type": "stream", "text": "first\n" + "x" * 3_000_000 + "\nlast"}
    found = read_passages(received(tmp_path, "digits.ipynb", notebook(code("x", flood))))
    assert len(found[1].text) < 100_000
    assert found[1].text.startswith("first\n")
    assert found[1].text.endswith("\nlast")


@pytest.mark.parametrize(
    "outputs",
    [None, "text", 7, [None], [[]], [{"text": 7}], [{"text": [7, None]}], [{"data": "x"}], [{"data": {}}]],
)
def test_outputs_of_any_shape_are_read_or_passed_over(tmp_path: Path, outputs: Any) -> None:
    cell = {"cell_type": "code", "source": "x", "outputs": outputs}
    found = read_passages(received(tmp_path, "digits.ipynb", notebook(cell)))
    assert [p.origin for p in found] == [Origin.CODE]


@pytest.mark.parametrize("content", [b"", b"{}", b"x = 1", notebook(*[code("x")] * (MOST_CELLS + 1))])
def test_what_is_no_notebook_says_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "digits.ipynb"
    path.write_bytes(content)
    assert passages_of(path, "digits.ipynb", FileKind.NOTEBOOK) == ()
    assert passages_of(tmp_path / "gone", "gone", FileKind.SCRIPT) == ()
