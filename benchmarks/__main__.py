"""``python -m benchmarks [--pairs N] [NAME…]``: prints each figure with its spread, and writes the page."""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.class_figures import cost_of_many, graded_again, memory_of_many
from benchmarks.fit_joined import joined_cpu, nets
from benchmarks.on_workers import throughput_on_workers
from benchmarks.page import write_page
from benchmarks.retraining import cases, retraining_cpu
from benchmarks.twelve import TWELVE
from grader.datasets.prepare import prepare
from grader.datasets.serve import serve
from grader.model.assignment import Labels
from grader.model.message import Language
from grader.model.run import MIB, Bind, Limits, SandboxCommand
from grader.reporting.html import student_page
from grader.running.bubblewrap.sandbox import BubblewrapSandbox
from grader.runtimes.catalogue import Runtime, find_runtime
from grader.wiring import cache_folder, data_folder
from tests import builders

FIT = """
import os; os.environ.setdefault('HOME', '/tmp')
import numpy as np, keras
keras.utils.set_random_seed(0)
x = np.random.rand(4000, 100).astype('float32'); y = (x.sum(axis=1) > 50).astype('float32')
Dense = keras.layers.Dense
model = keras.Sequential([Dense(64, activation='relu'), Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy'); model.fit(x, y, epochs=5, verbose=0)
"""
THREADS = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"}


def main() -> None:
    """Run the benchmarks named, or all."""
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("names", nargs="*")
    asked = parser.parse_args()
    for name, benchmark in BENCHMARKS.items():
        if not asked.names or name in asked.names:
            ratios = benchmark(asked.pairs)
            write_page({name: ratios}, BENCHMARKS)
            middle = statistics.median(ratios)
            pairs = " ".join(f"{ratio:.3f}" for ratio in ratios)
            told = f"({min(ratios):.3f} to {max(ratios):.3f}; {pairs})"
            print(f"{name}: median {middle:.3f}  {told}", flush=True)


def sandbox_cpu(pairs: int) -> list[float]:
    """CPU of a Keras fit inside the sandbox ÷ outside; limit 1.05."""
    runtime = find_runtime("keras3", cache_folder())
    sandbox = BubblewrapSandbox()
    outside = runtime.binds[0].source / "bin" / "python"
    _inside(sandbox, runtime)  # files come into memory, at nobody's cost
    ratios = []
    for pair in range(pairs):
        if pair % 2:
            bare = _cpu_of([str(outside), "-c", FIT])
            ratios.append(_inside(sandbox, runtime) / bare)
        else:
            confined = _inside(sandbox, runtime)
            ratios.append(confined / _cpu_of([str(outside), "-c", FIT]))
    return ratios


def _inside(sandbox: BubblewrapSandbox, runtime: Runtime) -> float:
    with tempfile.TemporaryDirectory() as folder:
        command = SandboxCommand(
            argv=(str(runtime.python), "-c", FIT),
            binds=(Bind(source=runtime.binds[0].source, target=runtime.binds[0].target),),
            environment=(("HOME", "/tmp"), ("TF_CPP_MIN_LOG_LEVEL", "3"), *THREADS.items()),  # noqa: S108 - inside
            limits=Limits(wall_seconds=300, memory_bytes=4096 * MIB),
            wanted=(),
            into=Path(folder),
        )
        outcome = sandbox.run(command)
    if outcome.exit_code != 0:
        raise RuntimeError(outcome.output.decode(errors="replace"))
    return outcome.cpu_seconds


def help_cpu(pairs: int) -> list[float]:
    """CPU of ``grader --help`` ÷ an empty Python program."""
    grader = Path(sys.executable).with_name("grader")
    return [_cpu_of([str(grader), "--help"]) / _cpu_of([sys.executable, "-c", ""]) for _ in range(pairs)]


def page_cpu(pairs: int) -> list[float]:
    """CPU of one student's page ÷ reading the page's template once (the cheapest page there could be)."""
    grading, result = builders.a_grading(), builders.a_result()
    template = Path("grader/reporting/templates/student.html")

    def page() -> None:
        student_page(grading, result, Language.PT)

    page()
    return [_seconds(page) / _seconds(lambda: template.read_text(encoding="utf-8")) for _ in range(pairs)]


def serving_cpu(pairs: int) -> list[float]:
    """CPU of serving MNIST to a run ÷ reading its 47 MB of training images once."""
    data_dir = data_folder(None)
    ready = prepare("mnist", data_dir=data_dir, cache=cache_folder())
    ratios = []
    for _ in range(pairs):
        with tempfile.TemporaryDirectory() as folder:
            begun = time.process_time()
            serve(ready, into=Path(folder), labels=Labels.CANARY)
            serving = time.process_time() - begun
        begun = time.process_time()
        (ready.folder / "x_train.npy").read_bytes()
        ratios.append(serving / (time.process_time() - begun))
    return ratios


def _seconds(call: Callable[[], object]) -> float:
    begun = time.process_time()
    for _ in range(20):
        call()
    return (time.process_time() - begun) / 20


def _cpu_of(argv: list[str]) -> float:
    """Return the processor seconds of one process, by the operating system's account."""
    environment = {**os.environ, **THREADS, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    child = subprocess.Popen(argv, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise RuntimeError(f"{argv[0]} ended with {child.returncode}")
    return used.ru_utime + used.ru_stime


BENCHMARKS: dict[str, Callable[[int], list[float]]] = {
    "sandbox-cpu": sandbox_cpu,
    "help-cpu": help_cpu,
    "page-cpu": page_cpu,
    "serving-cpu": serving_cpu,
    "workers-throughput": throughput_on_workers,
    **{f"fit-joined-cpu-{name}": partial(joined_cpu, name) for name in nets()},
    "cost-of-many": cost_of_many,
    "graded-again": graded_again,
    "memory-of-many": memory_of_many,
    **TWELVE,
    **{f"retraining-cpu-{name}": partial(retraining_cpu, name) for name in cases()},
}

if __name__ == "__main__":
    main()
