"""Many honest nets trained in few processes: their programs by Keras' own ``fit``, their recipes by ours."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from benchmarks.random_nets import Net
from grader.datasets.prepare import truth
from grader.files.plain_data import plain_of, read_plain
from grader.measuring.judging.made_again import LOOKS, made_again
from grader.model.assurance import MadeAgain
from grader.model.metric import Direction
from grader.running.staging.workspace import harness_folder
from grader.runtimes.catalogue import find_runtime
from grader.wiring import cache_folder, data_folder
from grader.worker.workplace import prepare_data

INSIDE = Path(__file__).with_name("nets_inside.py")
THREADS = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"}
ROWS = 898
_AT_FIRST = 4
_TOGETHER = 5
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """The error rates of one net: as its programs delivered it, and as its recipe gave it again.

    ``cpu_own`` and ``cpu_again`` are the processor seconds of all of either.
    """

    net: Net
    own: tuple[float, ...]
    again: tuple[float, ...]
    cpu_own: float
    cpu_again: float


def trained(nets: Sequence[Net], *, own: int, again: range) -> list[Trained]:
    """Return each net run by ``own`` programs, and trained by its recipe with the seeds of ``again``."""
    runtime = find_runtime("keras3", cache_folder())
    ready = prepare_data("digits", runtime, data_dir=data_folder(None), cache=cache_folder())
    files = {"x_train": "x_train", "y_train": "y_train", "x_test": "x_graded"}
    job = {
        "rows": {name: str(ready.folder / f"{file}.npy") for name, file in files.items()},
        "nets": [
            {
                "name": net.name,
                "programs": [net.program(seed) for seed in range(1, own + 1)],
                "recipe": plain_of(net.recipe()),
                "seeds": [1000 * net.number + seed for seed in again],
            }
            for net in nets
        ],
    }
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "job.json").write_text(json.dumps(job), encoding="utf-8")
        quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "HOME": folder}
        quiet |= {"PYTHONPATH": str(harness_folder()), "PYTHONDONTWRITEBYTECODE": "1"}
        subprocess.run(
            [str(runtime.binds[0].source / "bin" / "python"), str(INSIDE), f"{folder}/job.json"],
            env={**os.environ, **THREADS, **quiet},
            cwd=folder,
            check=True,
            stdout=sys.stderr,
        )
        answers = np.load(place / "answers.npz")
        spent = json.loads((place / "cpu.json").read_text(encoding="utf-8"))
        labels = truth(ready)
        return [
            Trained(
                net=net,
                own=_errors(answers[f"{net.name}/own"], labels),
                again=_errors(answers[f"{net.name}/again"], labels),
                cpu_own=spent[net.name][0],
                cpu_again=spent[net.name][1],
            )
            for net in nets
        ]


def held(delivered: float, again: Sequence[float]) -> MadeAgain:
    """Return how ``delivered`` stands beside as many of ``again`` as the rule asks for, if there are so many.

    No record of a reference helps: what is known of the spread is what these trainings tell.
    """
    wanted = LOOKS[0]
    while True:
        found = made_again(
            delivered,
            again[:wanted],
            metric="error_rate",
            direction=Direction.LOWER_IS_BETTER,
            rows=ROWS,
            record=None,
        )
        if found.wanted is None or found.wanted > len(again):
            return found
        wanted = found.wanted


def batched(many: Sequence[T], count: int) -> Iterator[Sequence[T]]:
    """Yield ``many`` in parts of at most ``count``."""
    for begin in range(0, len(many), count):
        yield many[begin : begin + count]


def kept(nets: Sequence[Net], folder: Path, *, own: int) -> list[Trained]:
    """Return each net run by ``own`` programs, and trained by its recipe as often as the rule asks for.

    What stands in ``folder`` is not trained again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = {net.name: read for net in nets if (read := _read(folder, net)) is not None}
    for few in batched([net for net in nets if net.name not in found], _TOGETHER):
        for one in trained(few, own=own, again=range(_AT_FIRST)):
            found[one.net.name] = _write(folder, one)
    open_still = [found[net.name] for net in nets if _more_wanted(found[net.name])]
    for some in batched(open_still, _TOGETHER):
        more = trained([one.net for one in some], own=0, again=range(_AT_FIRST, LOOKS[-1]))
        for one, other in zip(some, more, strict=True):
            both = replace(one, again=one.again + other.again, cpu_again=one.cpu_again + other.cpu_again)
            found[one.net.name] = _write(folder, both)
    return [found[net.name] for net in nets]


def _more_wanted(one: Trained) -> bool:
    known = (held(delivered, one.again) for delivered in one.own)
    return any(found.wanted is not None for found in known)


def _read(folder: Path, net: Net) -> Trained | None:
    try:
        read = read_plain(Trained, json.loads((folder / f"{net.name}.json").read_bytes()))
    except FileNotFoundError:
        return None
    return read if read.net == net else None


def _write(folder: Path, one: Trained) -> Trained:
    (folder / f"{one.net.name}.json").write_text(json.dumps(plain_of(one)), encoding="utf-8")
    return one


def _errors(answers: "np.ndarray[Any, Any]", labels: object) -> tuple[float, ...]:
    return tuple(float(np.mean(line != labels)) for line in answers)
