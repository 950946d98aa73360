"""Whole courses as teachers have them, with one thing changed."""

import json
import shutil
from functools import cache
from pathlib import Path

from grader.authoring.lint.lint_course import lint_course
from grader.authoring.lint.look import Installed
from grader.coursefiles.load_course import Known, read_course
from grader.model.flaw import Flaw, Linted
from grader.wiring import known_names

ROOT = Path(__file__).parents[3]


@cache
def _known() -> Known:
    return known_names()


def course_of(folder: Path, slug: str = "digits", *, source: Path = ROOT) -> Path:
    """Copy one assignment of ours, with what students never get, to a course of its own."""
    for part in ("assignments", "reference_solutions"):
        shutil.copytree(source / part / slug, folder / part / slug)
    return folder


def own_course(folder: Path) -> Path:
    """Copy the example of a course whose labels are hidden."""
    return course_of(folder, "cafe", source=ROOT / "examples" / "own-data")


def lint(course: Path, cache: Path | None = None) -> Linted:
    """Look ``course`` through."""
    known = _known()
    installed = Installed(
        kinds=known.kinds, metrics=known.metrics, cache=cache or course / ".cache", data_dir=None
    )
    return lint_course(course, read_course(course, known), installed)


def flaws(course: Path) -> list[tuple[str, str, int | None]]:
    """Return the rule, the file and the line of everything to be mended."""
    return [(flaw.rule, Path(flaw.file).name, flaw.line) for flaw in lint(course).flaws]


def rules(course: Path) -> set[str]:
    """Return the rules that are broken."""
    return {flaw.rule for flaw in lint(course).flaws}


def of_rule(course: Path, rule: str) -> Flaw:
    """Return the only flaw of a rule."""
    (found,) = [flaw for flaw in lint(course).flaws if flaw.rule == rule]
    return found


def change(path: Path, old: str, new: str) -> None:
    """Replace what stands in a file, once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def add_cell(path: Path, source: str, *, kind: str = "code") -> None:
    """Add a cell to a notebook."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cell = {"cell_type": kind, "metadata": {}, "source": source.splitlines(keepends=True)}
    notebook["cells"].append(cell | ({"outputs": [], "execution_count": None} if kind == "code" else {}))
    path.write_text(json.dumps(notebook), encoding="utf-8")
