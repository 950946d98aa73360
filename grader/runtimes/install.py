"""Installs a runtime's locked packages into the cache with uv; complete or not there at all."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.model.errors import RuntimeMissing
from grader.runtimes.catalogue import (
    RuntimeSpec,
    is_installed,
    lock_text,
    mark_installed,
    runtime_folder,
)
from grader.words import say


def install_runtime(spec: RuntimeSpec, cache: Path, *, python: str = sys.executable) -> Path:
    """Install ``spec`` and return its folder; returns at once when it is complete already.

    Bytecode is compiled now: the environment is read-only later, and importing TensorFlow without it
    takes twice as long on every run.

    Raises:
        RuntimeMissing: uv could not install it; the message carries its last words.
    """
    folder = runtime_folder(spec.lock, cache)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(folder.with_name(folder.name + ".lock")):
        if is_installed(spec, cache):
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        with tempfile.TemporaryDirectory() as scratch:
            lock = Path(scratch) / f"{spec.lock}.txt"
            lock.write_text(lock_text(spec.lock), encoding="utf-8")
            _uv(spec, ["venv", "--python", _base_python(python), "--no-project", str(folder)])
            sync = ["pip", "sync", "--require-hashes", "--no-build", "--compile-bytecode"]
            _uv(spec, [*sync, "--python", str(folder / "bin" / "python"), str(lock)])
        mark_installed(folder)
    return folder


def _base_python(python: str) -> str:
    """Return the interpreter behind ``python`` when that is a virtual environment's."""
    if python != sys.executable:
        return python
    base = Path(getattr(sys, "_base_executable", "") or python)
    return str(base)


def _uv(spec: RuntimeSpec, arguments: list[str]) -> None:
    from uv import find_uv_bin

    environment = {**os.environ, "UV_SYSTEM_CERTS": "1", "UV_NO_CONFIG": "1"}
    environment.pop("VIRTUAL_ENV", None)
    done = subprocess.run(
        [find_uv_bin(), "--quiet", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        text=True,
        errors="replace",
    )
    if done.returncode != 0:
        problem = " ".join(done.stdout.split())[-300:] or f"uv, exit status {done.returncode}"
        raise RuntimeMissing(say("GR702", name=spec.name, problem=problem))


@contextmanager
def _one_at_a_time(lock: Path) -> Iterator[None]:
    with lock.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
