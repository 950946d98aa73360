"""``python -m benchmarks.gpu_check [PYTHON]``: digits and mnist-dense graded on the GPU of this machine.

Prints one line a figure: the device seen inside, the time of a fit in the sandbox ÷ outside it, how many
processes were on one GPU at a time while two jobs ran, memory, our trainings by the recipe, the warm start.
Started by ``tools/gpu-check.sh``; docs/reference/gpu.md says what has been seen.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.running.machine import list_gpus

ROOT = Path(__file__).parents[1]
LOOK_SECONDS = 0.2
GPU_OF = {
    "tensorflow": "import tensorflow as tf; print(tf.config.list_physical_devices('GPU'))",
    "torch": "import torch; print(torch.cuda.is_available() and torch.cuda.get_device_name(0) or '')",
    "jax": "import jax; print([d for d in jax.devices() if d.platform != 'cpu'] or '')",
}
"""What prints the GPU that a backend computes on, or nothing."""
ASKED = (("digits", "sklearn"), ("mnist-dense", "mnist"))


@dataclass
class Seen:
    """What nvidia-smi showed while jobs ran."""

    most_processes: int = 0
    most_memory: int = 0
    looks: int = 0
    failed: str = ""


def main() -> int:
    """Grade, and print what was seen; 1 when something did not come out as it must."""
    python = Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else None
    gpus = list_gpus()
    if not gpus:
        print("no NVIDIA GPU here: nothing was tried", file=sys.stderr)
        return 2
    print("GPUs:", "; ".join(f"{gpu.number}: {gpu.model}" for gpu in gpus))
    backend = _backend(python) if python is not None else "tensorflow"
    if backend is None:
        print(f"{python}: no Keras backend there sees a GPU", file=sys.stderr)
        return 2
    print("interpreter:", python or "keras3 (keras-cuda)", "· backend:", backend)
    confined = subprocess.run([_grader(), "doctor"], capture_output=True, text=True, check=False)
    told = [line for line in confined.stdout.splitlines() if "sandbox" in line.lower() or "GPU" in line]
    print("doctor:", *told, sep="\n  ")
    with tempfile.TemporaryDirectory(prefix="gpu-check-") as place:
        course = _course(Path(place), python, backend)
        return _tried(course, backend)


def _tried(course: Path, backend: str) -> int:
    wrong = []
    inside = _graded(course, "inside", "-j", "2")
    print("device inside:", inside.printed or "NONE SEEN")
    if not inside.printed:
        wrong.append("no device was seen inside")
    print(f"processes on one GPU, at most: {inside.seen.most_processes} ({inside.seen.looks} looks)")
    if inside.seen.failed:
        print("  nvidia-smi:", inside.seen.failed)
    if inside.seen.most_processes > 1 or inside.seen.looks == 0:
        wrong.append("two jobs on one GPU, or nobody looked")
    print(f"memory of one GPU, at most: {inside.seen.most_memory} MiB")
    outside = _graded(course, "outside", "-j", "1", "--sandbox", "none")
    for slug, _ in ASKED:
        one, other = inside.fits.get(slug, []), outside.fits.get(slug, [])
        if one and other:
            ratio = statistics.median(one) / statistics.median(other)
            print(f"fit in ÷ out, {slug}: {ratio:.3f} ({statistics.median(one):.2f} s in the sandbox)")
        else:
            wrong.append(f"no fit of {slug} was timed")
    for line in inside.lines:
        print(" ", line)
    warm = subprocess.run([_grader(), "grade", "--help"], capture_output=True, text=True, check=True).stdout
    if "--cold" in warm:
        cold = _graded(course, "cold", "-j", "2", "--cold")
        print(f"wall of the grading, as it comes ÷ with --cold: {inside.seconds / cold.seconds:.2f}")
    else:
        print("warm start: this version has none")
    print("backend inside:", backend)
    print("RESULT:", "; ".join(wrong) or "as it must be")
    return 1 if wrong else 0


@dataclass
class Graded:
    """One grading: what was seen from outside and what its runs left."""

    seen: Seen
    printed: str
    fits: dict[str, list[float]]
    lines: list[str]
    seconds: float


def _graded(course: Path, name: str, *options: str) -> Graded:
    work = course.parent / name
    shutil.copytree(course, work)
    seen = Seen()
    with _watched(seen):
        begun = os.times().elapsed
        subprocess.run(
            [_grader(), "grade", "submissions", "-C", ".", "--runs", "1", *options], cwd=work, check=True
        )
        seconds = os.times().elapsed - begun
    results = json.loads((work / "reports" / "results.json").read_bytes())["submissions"]
    lines = [
        f"{one['student']} {one['assignment']}: {one['verdict']}, {one['metrics']}, GPU {run['gpu']}, "
        f"{run['seconds']} s, {run['peak_memory_bytes'] >> 20} MiB, runs by {run['origin']}"
        for one in results
        for run in one["runs"]
    ]
    runs = list((work / ".grader" / "runs").glob("*/*"))
    printed = {line for run in runs for line in _output(run) if line.startswith("DEVICE ")}
    return Graded(
        seen=seen,
        printed="; ".join(sorted(line for line in printed if len(line.split()) > 1)),
        fits={slug: [s for run in runs for s in _fit_seconds(run, mark)] for slug, mark in ASKED},
        lines=lines,
        seconds=seconds,
    )


def _output(run: Path) -> list[str]:
    with suppress(OSError):
        return (run / "output.bin").read_text(errors="replace").splitlines()
    return []


def _fit_seconds(run: Path, mark: str) -> list[float]:
    """Return the seconds of the fits of a run whose program said that it is of ``mark``."""
    if f"OF {mark}" not in _output(run):
        return []
    report: dict[str, Any] = json.loads((run / "report.json").read_bytes())
    return [float(fit["seconds"]) for fit in report.get("fits", [])]


@contextmanager
def _watched(seen: Seen) -> Iterator[None]:
    """Look at the GPUs from outside meanwhile."""
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(seen, over))
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _watch(seen: Seen, over: threading.Event) -> None:
    while not over.wait(LOOK_SECONDS):
        try:
            pids = _asked("--query-compute-apps=gpu_uuid,pid")
            memory = _asked("--query-gpu=memory.used")
        except (OSError, subprocess.SubprocessError) as problem:
            seen.failed = str(problem)
            return
        cards = [line.split(",")[0] for line in pids]
        seen.looks += 1
        seen.most_processes = max([seen.most_processes, *(cards.count(card) for card in cards)])
        seen.most_memory = max([seen.most_memory, *(int(line.split()[0]) for line in memory)])


def _asked(question: str) -> list[str]:
    command = ["nvidia-smi", question, "--format=csv,noheader"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)
    return [line for line in done.stdout.splitlines() if line.strip()]


def _backend(python: Path) -> str | None:
    """Return the backend of the Keras of ``python`` that sees a GPU."""
    for name, program in GPU_OF.items():
        done = subprocess.run([str(python), "-c", program], capture_output=True, text=True, check=False)
        if done.returncode == 0 and done.stdout.strip() not in ("", "[]"):
            return name
    return None


def _course(place: Path, python: Path | None, backend: str) -> Path:
    """Write a course of the two assignments, and their references as two students each hand them in."""
    course = place / "course"
    for slug, mark in ASKED:
        shutil.copytree(ROOT / "assignments" / slug, course / "assignments" / slug)
        file = course / "assignments" / slug / "assignment.toml"
        text = re.sub('gpu = "[a-z]+"', 'gpu = "required"', file.read_text(encoding="utf-8"))
        if python is not None:
            text = text.replace('runtime = "keras3"', f'runtime = "{python}"\nbackend = "{backend}"')
        file.write_text(text, encoding="utf-8")
        solution = (ROOT / "reference_solutions" / slug / "solution.py").read_text(encoding="utf-8")
        first = "; ".join((GPU_OF[backend].replace("print(", "print('DEVICE', "), f"print('OF {mark}')"))
        for student in ("first", "second"):
            own_file = course / "submissions" / student / slug / f"{slug.replace('-', '_')}.py"
            own_file.parent.mkdir(parents=True)
            own_file.write_text(f"{first}\n{solution}\n# {student}\n", encoding="utf-8")
    (course / "course.toml").write_text('name = "gpu-check"\nlanguage = "en"\n', encoding="utf-8")
    return course


def _grader() -> str:
    return str(Path(sys.executable).with_name("grader"))


if __name__ == "__main__":
    sys.exit(main())
