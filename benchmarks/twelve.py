"""Twelve notebooks on the digits, graded here, by nbgrader and by Otter, and run as plain scripts.

Each way takes all twelve once, by turns, from nothing that an earlier grading kept. The peers are installed
on demand into ``build/peers``, with the runtime's own TensorFlow beside them.
"""

import functools
import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.accounted import Used, used_by
from benchmarks.peers import install, nbgrader, otter
from benchmarks.twelve_notebooks import HIDDEN, WITHOUT_A_RECIPE, lay_data, notebook, notebooks
from grader.runtimes.catalogue import find_runtime
from grader.wiring import cache_folder
from tests.e2e.classroom import GRADER

ROOT = Path(__file__).parents[1]
ONE_THREAD = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"}
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", **ONE_THREAD}
QUIET_CHECKS = '\n[audits]\npair = false\nplacebo = false\nfresh = false\n\n[verdict]\nrecipe = "off"\n'


def _plain_scripts(folder: Path) -> Used:
    lay_data(folder)
    python = find_runtime("keras3", cache_folder()).site_packages_here.parents[2] / "bin" / "python"
    spent = Used(wall=0.0, cpu=0.0)
    for student, cells in notebooks().items():
        (folder / f"{student}.py").write_text("\n".join(cells), encoding="utf-8")
        spent += used_by([python, f"{student}.py"], folder, environment=QUIET)
    return spent


def _graded(folder: Path, *options: str, honest: bool) -> tuple[Used, float]:
    """Grade the twelve; return what that took, and the processor time of their own first runs."""
    for part in ("assignments", "reference_solutions"):
        shutil.copytree(ROOT / part / "digits", folder / part / "digits")
    spec = folder / "assignments" / "digits" / "assignment.toml"
    if not honest:
        spec.write_text(spec.read_text(encoding="utf-8") + QUIET_CHECKS, encoding="utf-8")
    for student, cells in notebooks().items():
        place = folder / "submissions" / student / "digits"
        place.mkdir(parents=True)
        (place / "digits.ipynb").write_text(notebook(cells), encoding="utf-8")
    runs = () if honest else ("--runs", "1")
    command = [GRADER, "grade", "submissions", "-j", "2", "--gpu", "none", "--quiet", *runs, *options]
    spent = used_by(command, folder)
    results = json.loads((folder / "reports" / "results.json").read_text(encoding="utf-8"))
    rows = results["submissions"]
    if len(rows) != len(HIDDEN) or any(row["verdict"] != "passed" for row in rows):
        raise RuntimeError(f"not graded: {[(row['student'], row['verdict']) for row in rows]}")
    if honest and sum(row["assurance"] == "made_again" for row in rows) != len(HIDDEN) - WITHOUT_A_RECIPE:
        raise RuntimeError(f"recipes: {[(row['student'], row['assurance']) for row in rows]}")
    own = sum(run["cpu_seconds"] for row in rows for run in row["runs"][:1])
    return spent, own


Round = dict[str, Any]
"""What each way took in one round, by its name; ``own`` the processor time of the runs themselves."""


@functools.cache
def rounds(count: int) -> tuple[Round, ...]:
    """Return what every way took in ``count`` rounds, each way once a round, in an order that turns."""
    peers = install(ROOT / "build" / "peers")
    ways: dict[str, Callable[[Path], Any]] = {
        "scripts": _plain_scripts,
        "nbgrader": lambda folder: nbgrader(peers, folder, notebooks(), lay_data, QUIET),
        "otter": lambda folder: otter(peers, folder, notebooks(), lay_data, QUIET),
        "honest": lambda folder: _graded(folder, "--warm", honest=True),
        "honest-cold": lambda folder: _graded(folder, honest=True),
        "plain": lambda folder: _graded(folder, "--warm", honest=False),
        "plain-cold": lambda folder: _graded(folder, honest=False),
    }
    found = []
    for number in range(count):
        names = list(ways)[number % len(ways) :] + list(ways)[: number % len(ways)]
        took: Round = {}
        for name in names:
            with tempfile.TemporaryDirectory() as folder:
                took[name] = ways[name](Path(folder))
            print(name, took[name], flush=True)
        found.append(took)
    return tuple(found)


def honest_beside_nbgrader(pairs: int) -> list[float]:
    """Clock: twelve notebooks with all that honesty asks (`--warm`) ÷ nbgrader with feedback; limit 0.45."""
    return [took["honest"][0].wall / took["nbgrader"].wall for took in rounds(pairs)]


def plain_beside_nbgrader(pairs: int) -> list[float]:
    """Clock: twelve notebooks, one run each and no more (`--warm`) ÷ nbgrader with feedback; limit 0.28."""
    return [took["plain"][0].wall / took["nbgrader"].wall for took in rounds(pairs)]


def honest_beside_otter(pairs: int) -> list[float]:
    """Clock: twelve notebooks with all that honesty asks (`--warm`) ÷ `otter run`."""
    return [took["honest"][0].wall / took["otter"].wall for took in rounds(pairs)]


def warm_beside_cold(pairs: int) -> list[float]:
    """Clock: twelve notebooks with all that honesty asks, `--warm` ÷ without."""
    return [took["honest"][0].wall / took["honest-cold"][0].wall for took in rounds(pairs)]


def run_beside_script(pairs: int) -> list[float]:
    """CPU: the twelve runs themselves (`--warm`) ÷ the same programs as plain scripts; limit 0.5."""
    return [took["plain"][1] / took["scripts"].cpu for took in rounds(pairs)]


def honest_beside_scripts(pairs: int) -> list[float]:
    """CPU: the whole grading with all that honesty asks (`--warm`) ÷ the plain scripts; limit 1."""
    return [took["honest"][0].cpu / took["scripts"].cpu for took in rounds(pairs)]


TWELVE: dict[str, Callable[[int], list[float]]] = {
    "twelve-honest-nbgrader": honest_beside_nbgrader,
    "twelve-plain-nbgrader": plain_beside_nbgrader,
    "twelve-honest-otter": honest_beside_otter,
    "twelve-warm-cold": warm_beside_cold,
    "twelve-run-script-cpu": run_beside_script,
    "twelve-honest-scripts-cpu": honest_beside_scripts,
}
