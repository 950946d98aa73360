"""Courses and submissions as people write them, with one thing changed."""

import io
import json
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path

from grader.coursefiles.load_course import Known
from grader.measuring.metrics import Accuracy, ErrorRate
from grader.model.errors import CourseError
from grader.plugins.interfaces import Metric
from grader.plugins.registry import CHECKS, load_plugins

VALID = """
[assignment]
title = { pt-BR = "MNIST com rede densa", en = "MNIST with a dense network" }
points = 10

[data]
dataset = "mnist"

[run]
runtime = "keras3"
timeout = "20 min"
memory = "4 GiB"
runs = { min = 1, max = 5 }

[deliver]
from = ["predict", "predictions"]

[[check]]
id = "error"
kind = "metric"
metric = "error_rate"
below = 0.0161
points = 7.5
partial = [ { below = 0.02, points = 3 } ]

[[check]]
id = "runs"
kind = "runs"
points = 2.5
"""


METRICS: Mapping[str, Metric] = {"error_rate": ErrorRate(), "accuracy": Accuracy()}
KNOWN = Known(
    datasets=("mnist", "digits"),
    metrics=METRICS,
    runtimes=("keras3", "keras2"),
    kinds=load_plugins(CHECKS),
)


def a_course(folder: Path, text: str | bytes = VALID, slug: str = "mnist-dense") -> Path:
    """Write a course of one assignment and return its folder."""
    file = folder / "assignments" / slug / "assignment.toml"
    file.parent.mkdir(parents=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def told(error: CourseError) -> tuple[str, ...]:
    """Return the mistakes in English."""
    return tuple(message.en for message in error.messages)


def a_notebook(*sources: object, **overrides: object) -> bytes:
    """Return a version-4 notebook of code cells."""
    cells = [
        {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}
        for source in sources
    ]
    whole = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells, **overrides}
    return json.dumps(whole).encode()


def a_zip(members: Mapping[str, bytes | str]) -> bytes:
    """Return an archive with these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def a_zip_of(*members: tuple[zipfile.ZipInfo, bytes | str]) -> bytes:
    """Return an archive with these members, repeated names and all."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for info, content in members:
            archive.writestr(info, content)
    return buffer.getvalue()


def a_link(name: str) -> zipfile.ZipInfo:
    """Return a member that says it is a symbolic link."""
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def files(folder: Path, contents: Mapping[str, bytes | str]) -> Path:
    """Write files below ``folder`` and return it."""
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder
