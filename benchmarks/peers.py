"""nbgrader and Otter, installed into their own folders, grading the same notebooks."""

import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.accounted import Used, used_by
from benchmarks.twelve_notebooks import notebook

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "grader" / "runtimes" / "locks" / "keras-cpu.txt"
UV = ROOT / ".boot" / "bin" / "uv"
PACKAGES = {
    "nbgrader": ("nbgrader==0.9.6", "ipykernel"),
    "otter": ("otter-grader==5.7.1", "ipykernel", "setuptools<80"),
}
BAR = 0.055
TEST = f"assert (QP != QY).mean() < {BAR}\n"
OTTER_TEST = """OK_FORMAT = True
test = {{
    "name": "q1",
    "points": 10,
    "suites": [
        {{
            "cases": [
                {{"code": ">>> bool((QP != QY).mean() < {bar})\\nTrue", "hidden": False, "locked": False}}
            ],
            "scored": True,
            "setup": "",
            "teardown": "",
            "type": "doctest",
        }}
    ],
}}
"""
Data = Callable[[Path], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """The folders of programs of both."""

    nbgrader: Path
    otter: Path


def install(folder: Path) -> Peers:
    """Install both below ``folder``, each with the TensorFlow that our runs have, where they are not yet."""
    for name, packages in PACKAGES.items():
        place, done = folder / name, folder / f"{name}.complete"
        if done.is_file():
            continue
        shutil.rmtree(place, ignore_errors=True)
        subprocess.run([UV, "venv", "--quiet", "--python", "python3.11", place], check=True)
        for wanted in (("-r", str(LOCK)), packages):
            to = ["--python", str(place / "bin" / "python")]
            subprocess.run([UV, "pip", "install", "--quiet", *to, *wanted], check=True)
        done.touch()
    return Peers(nbgrader=folder / "nbgrader" / "bin", otter=folder / "otter" / "bin")


def nbgrader(
    peers: Peers, folder: Path, cells: Mapping[str, list[str]], data: Data, environment: Mapping[str, str]
) -> Used:
    """Return what autograde and feedback of a class take; the assignment is made beforehand."""
    graded = {"nbgrader": _marks("test", grade=True, solution=False, points=10)}
    answer = {"nbgrader": _marks("answer", grade=False, solution=True)}

    def write(place: Path, own: list[str]) -> None:
        place.mkdir(parents=True)
        text = notebook([*own, TEST], cell1=answer, cell3=graded)
        (place / "digits.ipynb").write_text(text, encoding="utf-8")
        data(place)

    write(folder / "source" / "digits", next(iter(cells.values())))
    for student, own in cells.items():
        write(folder / "submitted" / student / "digits", own)
    command = peers.nbgrader / "nbgrader"
    told = {
        "PATH": f"{peers.nbgrader}:/usr/bin:/bin",
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        **environment,
    }
    (folder / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'class'\nc.ExecutePreprocessor.timeout = 600\n"
    )
    used_by([command, "generate_assignment", "digits", "--create"], folder, environment=told)
    spent = used_by([command, "autograde", "digits"], folder, environment=told)
    spent += used_by([command, "generate_feedback", "digits"], folder, environment=told)
    pages = list((folder / "feedback").rglob("*.html"))
    if len(pages) != len(cells):
        raise RuntimeError(f"nbgrader graded {len(pages)} of {len(cells)}")
    return spent


def _marks(name: str, **more: object) -> dict[str, object]:
    locked = bool(more["grade"])
    return {"grade_id": name, "schema_version": 3, "task": False, "locked": locked, **more}


def otter(
    peers: Peers, folder: Path, cells: Mapping[str, list[str]], data: Data, environment: Mapping[str, str]
) -> Used:
    """Return what ``otter run`` takes for a class, one notebook after another."""
    (folder / "tests").mkdir()
    (folder / "tests" / "q1.py").write_text(OTTER_TEST.format(bar=BAR), encoding="utf-8")
    data(folder)
    files = [f"{name}.txt" for name in ("ax", "ay", "qx", "qy")]
    command = peers.otter / "otter"
    told = {"PATH": f"{peers.otter}:/usr/bin:/bin", "HOME": str(folder), **environment}
    used_by([command, "generate", "-t", "tests", "-o", "class.zip", *files], folder, environment=told)
    spent = Used(wall=0.0, cpu=0.0)
    for student, own in cells.items():
        (folder / f"{student}.ipynb").write_text(notebook(own), encoding="utf-8")
        (folder / student).mkdir()
        given: list[str | Path] = ["-a", "class.zip", "-o", student, "--no-logo", f"{student}.ipynb"]
        spent += used_by([command, "run", *given], folder, environment=told)
        if '"score": 10' not in (folder / student / "results.json").read_text(encoding="utf-8"):
            raise RuntimeError(f"Otter gave {student} no points")
    return spent
