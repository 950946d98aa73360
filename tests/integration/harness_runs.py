"""Runs the harness as the sandbox would, without one: the runtime's Python, paths in temporary folders."""

import io
import json
import os
import socket
import struct
import subprocess
import threading
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
import pytest

import grader.running

HARNESS = Path(grader.running.__file__).parent / "harness"
PROGRAMS = Path(__file__).parents[1] / "programs"
Arrays = dict[str, "np.ndarray[Any, Any]"]


@dataclass(frozen=True)
class Left:
    """What one run left behind."""

    folder: Path
    status: int
    printed: str
    complained: str

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads((self.out / "report.json").read_text())
        assert report["faults"] == []
        return report

    @property
    def cells(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.out / "cells.jsonl").read_text().splitlines()]

    @property
    def kinds(self) -> list[str]:
        return [entry["kind"] for entry in self.report["ledger"]]

    def array(self, name: str) -> Any:
        return np.load(self.out / f"{name}.npy", allow_pickle=False)


def runtime_python() -> Path:
    """Return the runtime's interpreter, or fail the test saying how to get it."""
    runtimes = platformdirs.user_cache_path("grader") / "runtimes"
    for python in sorted(runtimes.glob("keras-*/bin/python")):
        return python
    pytest.fail(f"no keras runtime under {runtimes}: grader runtime install keras3", pytrace=False)


def real_data() -> Path:
    """Return the folder of the published datasets, or fail the test."""
    folder = os.environ.get("GRADER_DATA_DIR")
    if not folder:
        pytest.fail("GRADER_DATA_DIR does not name the folder of the datasets", pytrace=False)
    return Path(folder)


def images(train: int = 600, test: int = 200) -> Arrays:
    """Return an easy set of 28 x 28 images of ten classes, in no order."""
    rng = np.random.default_rng(0)
    shapes = rng.random((10, 28, 28)) > 0.7
    arrays: Arrays = {}
    for part, count in (("train", train), ("test", test)):
        labels = rng.integers(0, 10, count)
        pixels = shapes[labels] * 180 + rng.integers(0, 70, (count, 28, 28))
        arrays[f"x_{part}"], arrays[f"y_{part}"] = pixels.astype("u1"), labels.astype("u1")
    return arrays


def banknotes(train: int = 120, test: int = 120) -> Arrays:
    """Return rows of four attributes and three noise columns; training rows sorted by class."""
    rng = np.random.default_rng(1)
    arrays: Arrays = {}
    for part, count in (("train", train), ("test", test)):
        labels = np.arange(count) * 2 // count
        rows: Any = rng.normal(size=(count, 4)) + 6 * labels[:, None]
        rows = np.concatenate([rows, rng.uniform(-30, 30, (count, 3))], axis=1)
        order = rng.permutation(count) if part == "test" else np.arange(count)
        arrays[f"x_{part}"], arrays[f"y_{part}"] = rows[order], labels[order]
    return arrays


def serve(
    folder: Path,
    arrays: Arrays,
    *,
    loader: str | None = None,
    loads: dict[str, Any] | None = None,
    files: dict[str, bytes] | None = None,
) -> Path:
    """Write ``arrays`` and ``files`` as the served copy in ``folder``."""
    files = files or {}
    (folder / "files").mkdir(parents=True)
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    for name, content in files.items():
        (folder / "files" / name).write_bytes(content)
    served = {
        "dataset": loader or "own",
        "loader": loader,
        "loads": loads or {},
        "image_shape": [28, 28] if loader else None,
        "arrays": {name: f"{name}.npy" for name in arrays},
        "files": list(files),
        "keras_files": [],
    }
    (folder / "served.json").write_text(json.dumps(served))
    return folder


def text_files(arrays: Arrays) -> dict[str, bytes]:
    """Return ``ax.txt ay.txt qx.txt qy.txt`` and ``noisynote.zip`` of them, as the course has them."""
    names = {"ax.txt": "x_train", "ay.txt": "y_train", "qx.txt": "x_test", "qy.txt": "y_test"}
    files = {}
    for file, name in names.items():
        rows = arrays[name].reshape(len(arrays[name]), -1)
        lines = [f"{rows.shape[0]} {rows.shape[1]}", *(" ".join(map(repr, r)) for r in rows.tolist())]
        files[file] = ("\n".join(lines) + "\n").encode()
    archive = Path(os.environ.get("TMPDIR", "/tmp")) / f"noisynote-{os.getpid()}.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        for file, content in files.items():
            opened.writestr(file, content)
    files["noisynote.zip"] = archive.read_bytes()
    archive.unlink()
    return files


def notebook(cells: list[tuple[str, str]]) -> bytes:
    """Return a notebook of the cells ``(type, source)``."""
    written = []
    for number, (kind, source) in enumerate(cells):
        cell: dict[str, Any] = {"cell_type": kind, "id": f"c{number}", "metadata": {}}
        cell["source"] = source.splitlines(keepends=True)
        if kind == "code":
            cell |= {"outputs": [], "execution_count": None}
        written.append(cell)
    whole = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": written}
    return json.dumps(whole).encode()


def stage(folder: Path, *names: str) -> dict[str, bytes]:
    """Return the programs ``names`` as the files of a submission."""
    return {Path(name).name: (folder / name).read_bytes() for name in names}


def harness_run(
    folder: Path,
    files: dict[str, bytes],
    *,
    served: Path | None = None,
    rows: Any = None,
    environment: dict[str, str] | None = None,
    names: tuple[str, ...] = ("QP", "qp"),
    asks: Mapping[str, tuple[str, ...]] | None = None,
    seconds: float = 0.0,
    told: bytes = bytes(16),
    joins_batches: bool = False,
    timeout: float = 240,
) -> Left:
    """Run the first of ``files`` in ``folder`` and return what it left; ``rows`` are handed over once.

    ``asks`` are kinds with their names; without it, all that the shipped assignments ask for. ``seconds``
    is the time limit that the harness is told of, ``told`` what the grader says with the word to start.
    """
    every: dict[str, tuple[str, ...]] = {"figures": (), "predictions": names, "captured": ()}
    wanted = {**every, "model": ("model",), "recipe": (), "predict": ()} if asks is None else asks
    main = next(iter(files))
    staged = folder / "staged"
    for name, content in files.items():
        (staged / name).parent.mkdir(parents=True, exist_ok=True)
        (staged / name).write_bytes(content)
    data = served or serve(folder / "data", {})
    paths = {name: str(folder / name) for name in ("staged", "work", "out")}
    request = {
        "protocol": 2,
        "main": main,
        "kind": "notebook" if main.endswith(".ipynb") else "script",
        "seed": 0,
        "threads": 2,
        "asks": [{"kind": kind, "names": list(named)} for kind, named in wanted.items()],
        "rows_on_request": rows is not None,
        "seconds": seconds,
        "joins_batches": joins_batches,
        "paths": {**paths, "data": str(data)},
    }
    (folder / "job.json").write_text(json.dumps(request))
    command = [str(runtime_python()), str(HARNESS / "run_entry.py"), str(folder / "job.json")]
    ours, theirs = socket.socketpair()
    with ours, theirs:
        answering = threading.Thread(target=_answer, args=(ours, rows))
        answering.start()
        ours.sendall(told)
        given = _environment(folder) | {"GRADER_CONTROL_FD": str(theirs.fileno())} | (environment or {})
        done = subprocess.run(
            command,
            cwd=folder,
            env=given,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )
        theirs.shutdown(socket.SHUT_RDWR)
        answering.join()
    return Left(folder, done.returncode, done.stdout, done.stderr)


def model_run(
    folder: Path, model: Path, rows: Any, environment: dict[str, str] | None = None
) -> dict[str, Any]:
    """Apply ``model`` to ``rows`` with predict.py and return its report, with the predictions if any."""
    out = folder / "out-b"
    out.mkdir()
    np.save(folder / "rows.npy", rows)
    request = {
        "protocol": 2,
        "model": str(model),
        "rows": str(folder / "rows.npy"),
        "paths": {"out": str(out)},
    }
    (folder / "job-b.json").write_text(json.dumps(request))
    command = [str(runtime_python()), str(HARNESS / "predict.py"), str(folder / "job-b.json")]
    done = subprocess.run(
        command, cwd=folder, env=_environment(folder) | (environment or {}), capture_output=True, check=False
    )
    report: dict[str, Any] = json.loads((out / "report.json").read_text())
    assert (done.returncode == 0) == (report["error"] is None), done.stderr.decode()
    if report["error"] is None:
        report["predictions"] = np.load(out / "predictions.npy", allow_pickle=False)
    return report


def _environment(folder: Path) -> dict[str, str]:
    scratch = folder / "tmp"
    (scratch / "home").mkdir(parents=True, exist_ok=True)
    return {
        "HOME": str(scratch / "home"),
        "TMPDIR": str(scratch),
        "KERAS_HOME": str(scratch / "keras"),
        "MPLCONFIGDIR": str(scratch / "matplotlib"),
        "IPYTHONDIR": str(scratch / "ipython"),
        "MPLBACKEND": "Agg",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_NUM_INTRAOP_THREADS": "2",
        "TF_NUM_INTEROP_THREADS": "2",
        "OMP_NUM_THREADS": "2",
        "PYTHONHASHSEED": "0",
        "LANG": "C.UTF-8",
        "CUDA_VISIBLE_DEVICES": "",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
    }


def _answer(channel: socket.socket, rows: Any) -> None:
    """Answer W as the grader does: the rows once, then length 0."""
    content = b""
    if rows is not None:
        buffer = io.BytesIO()
        np.save(buffer, rows)
        content = buffer.getvalue()
    while channel.recv(1) == b"W":
        channel.sendall(struct.pack(">Q", len(content)) + content)
        content = b""
