"""Grades what is handed in as an ordinary class, and reads what became of each."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.measuring.audits.registry import ACCUSES_IN
from grader.words.catalogue import codes
from tests.hand_ins.listed import HERE, ClassReceived, HandIn, classes, hand_ins, put, put_class

ROOT = HERE.parents[1]
GRADER = Path(sys.executable).with_name("grader")
AUDITED = ("banknote", "california", "digits-any", "digits-audited", "digits-short")
"""Where programs without a Keras fit are handed in: only the placebo shows of these that they learn."""
PLACEBO_ALONE = "\n[audits]\npair = false\n"
NO_EXTRA_RUNS = f"{PLACEBO_ALONE}placebo = false\n"
JOBS = os.environ.get("HAND_INS_JOBS", "2")
RUNS, FEWER_RUNS = "runs = { min = 1, max = 5 }", "runs = { min = 1, max = 3 }"
_ACCUSING_KEYS = {key for keys in ACCUSES_IN.values() for key in keys}
ACCUSING = frozenset(code for code, key in codes().items() if key in _ACCUSING_KEYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a program ended, as results and page tell it."""

    ending: str
    """``passed``, ``failed``, ``told``, ``person`` or ``accused``."""
    points: str
    evidence: str
    code: str

    @property
    def accused(self) -> bool:
        """Whether something is held against the author."""
        return self.ending == "accused"

    @property
    def person(self) -> bool:
        """Whether a person must look."""
        return self.ending in ("person", "accused")


@dataclass(frozen=True, slots=True, kw_only=True)
class Now(Ending):
    """What the grader makes of one program."""

    message: str


def now(row: dict[str, Any]) -> Now:
    """Return what a row of results.json comes to."""
    loud = [one for one in row["findings"] if one["severity"] != "info"]
    accusing = [one for one in loud if one["code"] in ACCUSING]
    undecided = [one for one in row["checks"] if one["outcome"] == "inconclusive"]
    held = any(one["points"] < one["max_points"] for one in undecided)
    waits = bool(held or loud) or row["verdict"] in (None, "inconclusive")
    if accusing:
        ending, causes = "accused", accusing
    elif waits:
        ending, causes = "person", [*loud, *undecided]
    else:
        ending, causes = ("told" if row["reason"] else row["verdict"]), []
    decided = [*causes[:1], *([row] if row["code"] else []), row["checks"][0] if row["checks"] else row][0]
    return Now(
        ending=ending,
        points="" if row["points"] is None else f"{row['points']:g}",
        evidence=row["evidence"] or "",
        code=decided["code"],
        message=decided["message"]["en"],
    )


def lay_out(folder: Path, handed_in: Collection[HandIn], *, audited: bool = False) -> None:
    """Make ``folder`` a course whose class has handed in these; what was graded there before stays.

    ``audited``: every audit is made, as in any course, and not only those that take no runs of their own.
    """
    for name in ("assignments", "reference_solutions", "submissions", "classes"):
        shutil.rmtree(folder / name, ignore_errors=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name)
            shutil.copytree(folder / name / "digits", folder / name / "digits-audited")
    shutil.copytree(HERE / "assignments", folder / "assignments", dirs_exist_ok=True)
    for file in (folder / "assignments").glob("*/assignment.toml"):
        rules = file.read_text(encoding="utf-8").replace(RUNS, FEWER_RUNS)
        extra = PLACEBO_ALONE if file.parent.name in AUDITED else NO_EXTRA_RUNS
        file.write_text(rules + ("" if audited else extra), encoding="utf-8")
    for one in handed_in:
        put(one.file, folder / "submissions" / one.name / one.assignment)


def grade(folder: Path, handed_in: Collection[HandIn]) -> dict[str, Now]:
    """Return what became of each, by name; what was graded in ``folder`` before is not run again."""
    lay_out(folder, handed_in)
    rows = graded(folder, folder / "submissions", "reports")
    return {row["student"]: now(row) for row in rows}


def grade_class(folder: Path, received: ClassReceived) -> dict[str, str]:
    """Return the students that a folder or a zip was read as, each with its verdict."""
    (folder / "classes").mkdir(exist_ok=True)
    source = put_class(received, folder / "classes")
    rows = graded(folder, source, f"reports-{source.stem}", "-a", "digits-any")
    return {row["student"]: row["verdict"] or row["reason"] for row in rows}


def graded(folder: Path, source: Path, out: str, *more: str) -> list[dict[str, Any]]:
    """Return the rows of results.json of what ``source`` holds, graded in the course ``folder``."""
    plain = ("-j", JOBS, "--gpu", "none", "--lang", "en")
    command = [GRADER, "grade", source, "-o", folder / out, *plain, *more]
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"status {done.returncode}: {done.stdout[-2000:]}")
    rows: list[dict[str, Any]] = json.loads((folder / out / "results.json").read_text(encoding="utf-8"))[
        "submissions"
    ]
    return rows


def wrong(one: HandIn, was: Now) -> str:
    """Return what is not as it should be, in a word or two; empty where all is."""
    if was.ending not in one.should:
        return f"{was.ending} ({was.code}), should be {' or '.join(one.should)}"
    if was.ending in ("passed", "failed") or one.told in (was.code, "") or one.told in was.message:
        return ""
    return f"its message lacks “{one.told}”"


def everything(folder: Path) -> tuple[dict[str, Now], dict[str, dict[str, str]]]:
    """Return what became of all programs, and whom all classes were read as."""
    folder.mkdir(parents=True, exist_ok=True)
    done = grade(folder, hand_ins())
    return done, {received.name: grade_class(folder, received) for received in classes()}
