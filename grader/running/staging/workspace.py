"""Lays out what a sandbox sees: the staged submission, the request, the harness."""

import json
import os
import shutil
import stat
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import Any

from grader.model.run import MIB, Bind, PredictJob, RetrainJob, RunJob, SandboxCommand, Wanted
from grader.running.owned_names import is_orphan, new_name
from grader.running.staging.asked_files import files_of
from grader.running.staging.warm_start import warm_start

HARNESS = "/harness"
PROTOCOL = 2
"""What the harness has to speak: docs/reference/harness-protocol.md."""
TOLD = struct.Struct(">QQ")
"""Told with the word to start, in every run: the most whole epochs (0: all), whether targets are wrong."""
ROWS_OF_RECIPES = ("x_train", "y_train", "x_test")
MODEL_FILES = (
    Wanted(name="report.json", max_bytes=4 * MIB),
    Wanted(name="weights.json", max_bytes=8 * MIB),
    Wanted(name="predictions.npy", max_bytes=256 * MIB),
)


def stage_submission(job: RunJob, scratch: Path) -> SandboxCommand:
    """Write the staged files and the request below ``scratch`` and return the command that runs them."""
    staged = scratch / "staged"
    for file in job.files:
        target = staged / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file.source, target)
    request = {
        "protocol": PROTOCOL,
        "main": job.main,
        "kind": job.kind.value,
        "seed": job.seed,
        "threads": job.threads,
        "asks": [{"kind": ask.kind, "names": list(ask.names)} for ask in job.asks],
        "rows_on_request": job.rows_on_request is not None,
        "seconds": job.limits.wall_seconds,
        "joins_batches": job.joins_batches,
        "paths": {"staged": "/staged", "work": "/submission", "data": "/data", "out": "/out"},
    }
    _write_request(scratch / "job", request)
    _open_to_all(staged)
    _open_to_all(job.served)
    return SandboxCommand(
        argv=(str(job.python), f"{HARNESS}/run_entry.py", "/job/job.json"),
        binds=(
            Bind(source=staged, target="/staged"),
            Bind(source=job.served, target="/data"),
            Bind(source=scratch / "job", target="/job"),
            Bind(source=_copy_harness(scratch), target=HARNESS),
            *job.runtime_binds,
        ),
        environment=_environment(job.runtime_environment, job.threads, job.gpu),
        limits=job.limits,
        wanted=files_of(job.asks),
        into=job.folder,
        slot=job.slot,
        gpu=job.gpu,
        rows_on_request=job.rows_on_request,
        hidden=job.hidden,
        told=TOLD.pack(job.most_epochs or 0, job.wrong_targets),
        heard=job.heard,
        warm=warm_start(job.runtime_binds, job.files),
    )


def stage_model(job: PredictJob, scratch: Path) -> SandboxCommand:
    """Write the request below ``scratch`` and return the command that applies the model to the rows."""
    for name, source in (("model/model.keras", job.model), ("rows/rows.npy", job.rows)):
        target = scratch / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        _open_to_all(target.parent)
    request = {
        "protocol": PROTOCOL,
        "model": "/model/model.keras",
        "rows": "/rows/rows.npy",
        "threads": job.threads,
        "paths": {"out": "/out"},
    }
    _write_request(scratch / "job", request)
    return SandboxCommand(
        argv=(str(job.python), f"{HARNESS}/predict.py", "/job/job.json"),
        binds=(
            Bind(source=scratch / "model", target="/model"),
            Bind(source=scratch / "rows", target="/rows"),
            Bind(source=scratch / "job", target="/job"),
            Bind(source=_copy_harness(scratch), target=HARNESS),
            *job.runtime_binds,
        ),
        environment=_environment(job.runtime_environment, job.threads, job.gpu),
        limits=job.limits,
        wanted=MODEL_FILES,
        into=job.folder,
        slot=job.slot,
        gpu=job.gpu,
        hidden=job.hidden,
        warm=warm_start(job.runtime_binds),
    )


def stage_recipe(job: RetrainJob, scratch: Path) -> SandboxCommand:
    """Write recipe, rows and request below ``scratch`` and return the command that makes the trainings."""
    recipe, rows = scratch / "recipe", scratch / "rows"
    recipe.mkdir(parents=True)
    rows.mkdir()
    (recipe / "recipe.json").write_text(job.recipe, encoding="utf-8")
    for name in ROWS_OF_RECIPES:
        shutil.copyfile(job.rows / f"{name}.npy", rows / f"{name}.npy")
    request = {
        "protocol": PROTOCOL,
        "recipe": "/recipe/recipe.json",
        "rows": {name: f"/rows/{name}.npy" for name in ROWS_OF_RECIPES},
        "classes": job.classes,
        "trainings": [asdict(training) for training in job.trainings],
        "paths": {"out": "/out"},
    }
    _write_request(scratch / "job", request)
    for folder in (recipe, rows):
        _open_to_all(folder)
    answers = (Wanted(name=f"{one.name}.npy", max_bytes=256 * MIB) for one in job.trainings)
    return SandboxCommand(
        argv=(str(job.python), f"{HARNESS}/retrain.py", "/job/job.json"),
        binds=(
            Bind(source=recipe, target="/recipe"),
            Bind(source=rows, target="/rows"),
            Bind(source=scratch / "job", target="/job"),
            Bind(source=_copy_harness(scratch), target=HARNESS),
            *job.runtime_binds,
        ),
        environment=_environment(job.runtime_environment, job.threads, job.gpu),
        limits=job.limits,
        wanted=(Wanted(name="report.json", max_bytes=1 * MIB), *answers),
        into=job.folder,
        slot=job.slot,
        gpu=job.gpu,
        hidden=job.hidden,
        warm=warm_start(job.runtime_binds),
    )


@contextmanager
def neutral_folder() -> Iterator[Path]:
    """Give a fresh folder whose path says nothing: bound paths can be read inside a sandbox.

    Named by this process, so that :func:`sweep_folders` can tell whose it was.
    """
    with tempfile.TemporaryDirectory(prefix=f"{new_name()}-") as folder:
        yield Path(folder)


def sweep_folders() -> None:
    """Remove what graders of this user that were killed have left behind."""
    for folder in Path(tempfile.gettempdir()).glob("grader-*"):
        if not is_orphan(folder.name.rpartition("-")[0]):
            continue
        with suppress(FileNotFoundError):  # another grader sweeps too
            seen = folder.lstat()
            if stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.geteuid():
                shutil.rmtree(folder, ignore_errors=True)


def harness_folder() -> Path:
    """Return the folder of the code that is sent inside."""
    return Path(str(resources.files("grader.running") / "harness"))


def _copy_harness(scratch: Path) -> Path:
    """Copy our code that is sent inside: where it is installed can be read inside, and says whose it is."""
    copy = scratch / "harness"
    shutil.copytree(harness_folder(), copy)
    _open_to_all(copy)
    return copy


def _environment(
    runtime: tuple[tuple[str, str], ...], threads: int, gpu: int | None
) -> tuple[tuple[str, str], ...]:
    """Return what programs see: pinned threads, quiet TensorFlow, scratch folders, no more."""
    count = str(threads)
    return (
        ("HOME", "/tmp/home"),  # noqa: S108 - a tmpfs of the sandbox
        ("KERAS_HOME", "/tmp/keras"),  # noqa: S108
        ("MPLCONFIGDIR", "/tmp/matplotlib"),  # noqa: S108
        ("IPYTHONDIR", "/tmp/ipython"),  # noqa: S108
        ("MPLBACKEND", "Agg"),
        ("TF_CPP_MIN_LOG_LEVEL", "3"),
        ("TF_NUM_INTRAOP_THREADS", count),
        ("TF_NUM_INTEROP_THREADS", count),
        ("OMP_NUM_THREADS", count),
        ("OPENBLAS_NUM_THREADS", count),
        ("PYTHONHASHSEED", "0"),
        ("PYTHONDONTWRITEBYTECODE", "1"),
        ("PYTHONUNBUFFERED", "1"),
        ("LANG", "C.UTF-8"),
        ("LC_ALL", "C.UTF-8"),
        ("PATH", "/opt/runtime/bin:/usr/local/bin:/usr/bin:/bin"),
        ("CUDA_VISIBLE_DEVICES", "" if gpu is None else "0"),
        *runtime,
    )


def _write_request(folder: Path, request: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "job.json").write_text(json.dumps(request), encoding="utf-8")
    _open_to_all(folder)


def _open_to_all(folder: Path) -> None:
    """Let the sandbox's own user read what is bound: our umask must not decide it."""
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)
        elif not path.is_symlink() and path.stat().st_nlink == 1:
            path.chmod(0o644)
