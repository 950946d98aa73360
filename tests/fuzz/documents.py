"""What is read as text with a grammar: notebooks, courses, the harness's report, a model's configuration."""

import json
import math
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from grader.coursefiles.gradescope import submitters_in
from grader.coursefiles.load_course import load_course
from grader.coursefiles.notebooks import MOST_CELLS, normalise_notebook, saved_cells
from grader.coursefiles.read_certificate import read_certificate
from grader.measuring.claims.statements import meant, statements
from grader.measuring.evidence.graph import KINDS, read_graph
from grader.measuring.evidence.report import read_harness_report
from grader.model.errors import CourseError, SubmissionError
from grader.model.passage import Origin, Passage
from grader.readers.keras_config import Found, read_config
from grader.readers.layer_table import layer_rows, weigh
from grader.readers.model_report import read_step, read_weights
from grader.readers.read_toml import read_toml
from grader.readers.refused import Refused
from grader.readers.retraining_report import read_retrainings
from grader.reporting.certificate_json import certificate_json
from tests.fuzz.fit_to_show import assert_message, assert_plain, assert_refusal
from tests.unit.coursefiles.written import KNOWN

_KINDS = frozenset({"code", "markdown", "raw"})
_NEWEST = 4
_MARK = b"\xef\xbb\xbf"


def look_at_submitters(content: bytes) -> None:
    """A list of submitters names exported folders alone, each by a name on one line, no two alike."""
    try:
        named = submitters_in(content)
    except SubmissionError as refused:
        assert_refusal(refused)
        return
    assert len(set(named.values())) == len(named)
    for folder, student in named.items():
        assert folder.strip()
        assert student.strip()
        assert_plain(student)
        assert "\n" not in student


def look_at_notebook(content: bytes) -> None:
    """A notebook comes out as plain version 4 with the very sources that json finds, and so again."""
    try:
        plain = normalise_notebook(content, "mlp2.ipynb").content
    except SubmissionError as refused:
        assert_refusal(refused)
        return
    read = json.loads(plain)
    assert set(read) == {"nbformat", "nbformat_minor", "metadata", "cells"}
    assert len(read["cells"]) <= MOST_CELLS
    for cell in read["cells"]:
        assert set(cell) == {"cell_type", "source", "metadata"}
        assert cell["cell_type"] in _KINDS
        cell["source"].encode()
    assert normalise_notebook(plain, "mlp2.ipynb").content == plain
    assert [cell.source for cell in saved_cells(content, "mlp2.ipynb")] == [
        c["source"] for c in read["cells"]
    ]
    try:
        raw = json.loads(content.removeprefix(_MARK))
    except (ValueError, RecursionError):
        return  # what is thrown away need not be JSON
    _assert_same_sources(raw, read["cells"])


def _assert_same_sources(raw: dict[str, Any], cells: list[dict[str, str]]) -> None:
    """Assert that no cell was lost, added or changed: told here without our reader's own helpers."""
    holders = [raw] if raw["nbformat"] == _NEWEST else raw["worksheets"]
    written = [cell for holder in holders for cell in holder["cells"]]
    assert len(written) == len(cells)
    for cell, read in zip(written, cells, strict=True):
        assert (cell["cell_type"] == "code") == (read["cell_type"] == "code")
        source = cell.get("source", cell.get("input", ""))
        lines = [source] if isinstance(source, str) else source
        if cell["cell_type"] == "code" or read["source"]:
            assert "".join(lines).encode("utf-8", "replace").decode() == read["source"]


def look_at_report(content: bytes) -> None:
    """Whatever stands in report.json and cells.jsonl, a report of plain bounded values comes out."""
    assert_plain(read_harness_report(content, content))


def look_at_graph(content: bytes) -> None:
    """Whatever stands in graph.json, plain bounded facts of a model come out, or none."""
    found = read_graph(content)
    if found is None:
        return
    assert_plain(found)
    assert found.kind in KINDS
    counts = (found.inputs, found.outputs, found.parameters)
    assert all(count is None or (type(count) is int and count >= 0) for count in counts)


def look_at_certificate(content: bytes) -> None:
    """A certificate comes out that can be written and read again as it is, or its mistakes are told."""
    try:
        read = read_certificate(content, "ana.certificate.json")
    except CourseError as refused:
        assert_refusal(refused)
        return
    assert [run.number for run in read.runs] == list(range(1, len(read.runs) + 1))
    assert "/" not in read.id
    assert read_certificate(certificate_json(read).encode(), "again") == read


def look_at_keras_config(content: bytes) -> None:
    """Whatever a model's configuration says, it is read as plain facts or refused."""
    try:
        config = json.loads(content)
    except (ValueError, RecursionError):
        return
    found = read_config(config)
    if isinstance(found, Found):
        assert_plain(found)
        assert not any(isinstance(size, bool) for shape in found.inputs for size in shape)
    else:
        assert_message(found.reason)


def look_at_model_report(content: bytes) -> None:
    """Whatever is said of a model's weights, a table of layers comes out, or why there is none."""
    assert_plain(read_step(content))
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        said = None
    weights = read_weights(content)
    if isinstance(weights, Refused):
        assert_message(weights.reason)
    elif weights is not None and isinstance(said, dict):
        table = weigh(layer_rows(said.get("config")), weights)
        if isinstance(table, Refused):
            assert_message(table.reason)
        else:
            assert_plain(table)


def look_at_retraining_report(content: bytes) -> None:
    """Whatever is said of trainings, figures within bounds come out, of those that were asked for alone."""
    names = ("seed-0", "placebo")
    told = read_retrainings(content, names)
    assert set(told) <= set(names)
    for name, one in told.items():
        assert_plain(one)
        assert one.name == name
        assert one.cpu_seconds >= 0
        assert one.epochs >= 0
        assert one.loss is None or math.isfinite(one.loss)
        assert one.why in (None, "memory", "training", "untrained")


def look_at_claims(content: bytes) -> None:
    """Whatever a program says of itself, plain statements of shares come out, each with its place."""
    text = content.decode("utf-8", "replace")
    for origin in Origin:
        found = statements([Passage(origin=origin, text=text, place="mlp2.py", source=text)])
        for one in found:
            assert_plain(one)
            assert 0 <= one.error_rate <= 1, one
            assert one.where.startswith("mlp2.py:")
        assert meant(found) is None or meant(found) in found


@cache
def _scratch(name: str) -> Path:
    """Return a folder in memory that is there as long as this process."""
    folder = tempfile.TemporaryDirectory(dir="/dev/shm", prefix=name)
    _KEPT.append(folder)
    return Path(folder.name)


_KEPT: list[tempfile.TemporaryDirectory[str]] = []


def look_at_toml(content: bytes) -> None:
    """A file of a course is a table, or the place of the mistake is told."""
    file = _scratch("toml") / "course.toml"
    file.write_bytes(content)
    try:
        found = read_toml(file, "course.toml")
    except CourseError as error:
        assert_refusal(error)
        return
    assert isinstance(found, dict)


def look_at_course(content: bytes) -> None:
    """An assignment is loaded whole, or every mistake in it is told."""
    folder = _scratch("course")
    file = folder / "assignments" / "mnist-dense" / "assignment.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    try:
        course = load_course(folder, KNOWN)
    except CourseError as error:
        assert_refusal(error)
        return
    assert len(course.assignments) == 1
