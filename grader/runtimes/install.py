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
    if is_installed(spec, cache):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _one_at_a_time(folder.with_name(folder.name + ".lock")):
            if not is_installed(spec, cache):
                _install(spec, folder, python)
    except OSError as problem:
        raise RuntimeMissing(
            say("runtime-install-failed", name=spec.name, problem=_said(problem))
        ) from problem
    return folder


def _install(spec: RuntimeSpec, folder: Path, python: str) -> None:
    """Install into ``folder``, or leave nothing there."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            lock = Path(scratch) / f"{spec.lock}.txt"
            lock.write_text(lock_text(spec.lock), encoding="utf-8")
            _uv(spec, ["venv", "--python", _base_python(python), "--no-project", str(folder)])
            sync = ["pip", "sync", "--require-hashes", "--no-build", "--compile-bytecode"]
            _uv(spec, [*sync, "--python", str(folder / "bin" / "python"), str(lock)])
        mark_installed(folder)
    except BaseException:  # Ctrl-C too: gigabytes that nothing will ever use
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _base_python(python: str) -> str:
    """Return the interpreter behind ``python`` when that is a virtual environment's."""
    if python != sys.executable:
        return python
    return str(getattr(sys, "_base_executable", "") or python)


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
        raise RuntimeMissing(say("runtime-install-failed", name=spec.name, problem=problem))


def _said(problem: OSError) -> str:
    return f"{problem.strerror or problem} ({problem.filename})" if problem.filename else str(problem)


@contextmanager
def _one_at_a_time(lock: Path) -> Iterator[None]:
    with lock.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
