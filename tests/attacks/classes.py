"""Classes of hostile and honest students, graded as root or as an ordinary user, with the machine watched."""

import base64
import gzip
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from grader.running.owned_names import is_orphan
from grader.wiring import cache_folder
from tests.e2e.classroom import ROOT, Ended, OrdinaryUser, lay_out_course, results
from tests.integration.promises import OURS, ROOMS, groups

HOSTILE = Path(__file__).with_name("programs")
HONEST = Path(__file__).with_name("honest_programs")
SECONDS = 60
"""The time limit of a run: enough for the honest ones on a busy machine."""
SOON = 20
"""The time limit of those who do nothing but let it run out, in an assignment of their own."""
RUN_OUT = ("fork_bomb", "infinite_loop", "kill_all", "stops_itself")
AUDITED = "base64_weights"
"""Whom a placebo finds: of the others none is made, because they have nothing that it would show."""
ANOTHER_WALL = frozenset({
    *("read_labels", "results_forge", "symlink_out", "fifo_out", "detect_grader", "download"),
    *("fork_bomb", "thread_bomb", "memory_bomb", "disk_fill", "endless_folders", "wrecked"),
    *("daemon", "kill_all", "stops_itself", "covert_sender", "covert_receiver"),
})  # fmt: skip
"""Attackers that meet another wall where the grader is an ordinary user: ids, signals, limits, owners."""
WITHOUT_TENSORFLOW = frozenset({"fortran", "knn", "threads", "tqdm_bars"})
"""Honest programs that take a moment."""
PICK = 0.02

MEMORISED = """# Weights that were made elsewhere, in a string.
import base64
import gzip

import numpy as np

table = np.frombuffer(base64.b64decode("{table}"), dtype=np.uint8).reshape(-1, 65)
QX = np.loadtxt("qx.txt", skiprows=1)
QP = table[((QX[:, None] - table[None, :, :64].astype(int)) ** 2).sum(axis=2).argmin(axis=1), 64].astype(int)
"""


@dataclass
class Graded:
    """One grading of a class, and how much memory the grader had at most."""

    ended: Ended
    course: Path
    reports: str
    peak_kib: int
    rows: dict[str, dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        found = results(self.course, self.reports)
        self.rows = {student: row for (student, _), row in found.items()}

    def page(self, student: str) -> str:
        page: str = self.rows[student]["report"]
        return (self.course / self.reports / page).read_text(encoding="utf-8")

    def log(self, student: str) -> str:
        log = self.rows[student]["log"]
        return (self.course / self.reports / log).read_text(encoding="utf-8") if log else ""


class Classroom:
    """A course with a class of attackers, a class of honest students, and one of both."""

    def __init__(self, mode: str, folder: Path, *, only: frozenset[str] | None = None) -> None:
        """Lay the course out in ``folder``; ``only`` names its students, without it there are all."""
        self._only = only
        self.course = lay_out_course(folder / "course")
        self._lay_out_others_like_it()
        self.scratch = folder / "scratch"
        """Where the grader makes its temporary files."""
        self.scratch.mkdir()
        self.ordinary = OrdinaryUser(folder) if mode == "user" and os.geteuid() == 0 else None
        self.checkout = folder / "checkout"
        """The grader as it is now: what is edited meanwhile is no part of a grading."""
        if self.ordinary is None:
            shutil.copytree(ROOT / "grader", self.checkout / "grader")
        for group, sources in (("honest", (HONEST,)), ("hostile", (HOSTILE,)), ("all", (HONEST, HOSTILE))):
            for source in sources:
                for program in sorted(filter(self._has, source.iterdir())):
                    self._hand_in(group, program)
            if group != "honest" and self._has(AUDITED):
                self._write(group, AUDITED, MEMORISED.replace("{table}", _table()))
        if self.ordinary is not None:
            self.ordinary.own(self.course)
            self.ordinary.own(self.scratch)

    def grade(self, group: str, *options: str) -> Graded:
        """Grade the class ``group`` from nothing but the course's key: the seeds of trainings come of it."""
        for kept in (self.course / ".grader").glob("*"):
            if kept.is_dir():
                shutil.rmtree(kept)
            elif kept.name != "certificate.key":
                kept.unlink()
        reports = f"reports-{group}"
        arguments = ["grade", group, "-j", "2", "--runs", "1", "--lang", "en", "--timeout", f"{SECONDS} s"]
        arguments += ["--out", reports, *options]
        if self.ordinary is not None:
            command, environment = self.ordinary.command(*arguments), self.ordinary.environment(self.course)
        else:
            command = [sys.executable, "-m", "grader", *arguments]
            environment = {**os.environ, "PYTHONPATH": str(self.checkout)}
        environment["TMPDIR"] = str(self.scratch)
        with tempfile.TemporaryFile("w+") as told, tempfile.TemporaryFile("w+") as complained:
            process = subprocess.Popen(
                command, cwd=self.course, env=environment, stdout=told, stderr=complained
            )
            with _watched(process.pid) as peak:
                status = process.wait(1500)
            told.seek(0)
            complained.seek(0)
            ended = Ended(status=status, out=told.read(), err=complained.read())
        return Graded(ended, self.course, reports, peak[0])

    def _has(self, program: Path | str) -> bool:
        return self._only is None or Path(program).stem in self._only

    def _lay_out_others_like_it(self) -> None:
        """Lay ``digits`` out without audits that cost runs, beside one with them and one with less time."""
        place = self.course / "assignments"
        rules = (place / "digits" / "assignment.toml").read_text(encoding="utf-8")
        reference = '[[check]]\nid = "reference"\nkind = "reference"\nmargin = 0.03\npoints = 1\n'
        changes = {
            'timeout = "5 min"': f'timeout = "{SOON} s"',
            "points = 10\n": "points = 9\n",
            reference: "",
        }
        soon = rules
        for asked, instead in changes.items():  # the reference solution would need more time than that
            assert asked in soon
            soon = soon.replace(asked, instead, 1)
        quick = "\n[audits]\npair = false\nplacebo = false\n"
        for name, text in (("digits", rules + quick), ("soon", soon + quick), ("audited", rules)):
            (place / name).mkdir(exist_ok=True)
            (place / name / "assignment.toml").write_text(text, encoding="utf-8")
        solutions = self.course / "reference_solutions"
        shutil.copytree(solutions / "digits", solutions / "audited")

    def _hand_in(self, group: str, program: Path) -> None:
        if program.is_dir():
            place = self._place(group, program.name)
            shutil.copytree(program, place, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        elif program.suffix == ".ipynb":
            shutil.copyfile(program, self._place(group, program.stem) / "digits.ipynb")
        else:
            self._write(group, program.stem, program.read_text().replace("COURSE", str(self.course)))

    def _write(self, group: str, student: str, text: str) -> None:
        place = self._place(group, student)
        (place / f"{place.name}.py").write_text(text, encoding="utf-8")

    def _place(self, group: str, student: str) -> Path:
        slug = "soon" if student in RUN_OUT else "audited" if student == AUDITED else "digits"
        place = self.course / group / student / slug
        place.mkdir(parents=True, exist_ok=True)
        return place


def _table() -> str:
    """Return the training rows and their labels, in letters."""
    shipped = next(
        (cache_folder() / "runtimes").glob("*/lib/*/site-packages/sklearn/datasets/data/digits.csv.gz")
    )
    with gzip.open(shipped, "rt") as file:
        table = np.loadtxt(file, delimiter=",")[0::2].astype(np.uint8)
    return base64.b64encode(table.tobytes()).decode()


GRADERS: set[str] = set()
"""The processes of the gradings of this class, graders and who works for them: number, and when it began.

Numbers come round again: what a grader left that was killed a day ago may have the number of one of today.
"""


def _below(pid: int) -> Iterator[str]:
    """Yield a process and those that it started, and they, as names tell them."""
    with suppress(OSError):  # it has just ended
        text = Path(f"/proc/{pid}/stat").read_text()
        yield f"{pid}-{text[text.rfind(')') + 2 :].split()[19]}"
    with suppress(OSError):  # it has just ended
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _below(int(child))


@contextmanager
def _watched(pid: int) -> Iterator[list[int]]:
    """Give a list whose one number becomes the most memory that the process itself ever held, in KiB."""
    peak, over = [0], threading.Event()

    def watch() -> None:
        while not over.wait(PICK):
            try:
                status = Path(f"/proc/{pid}/status").read_text()
            except OSError:
                return
            GRADERS.update(_below(pid))
            peak[0] = max([peak[0], *(int(x.split()[1]) for x in status.splitlines() if x[:6] == "VmHWM:")])

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()


def left_behind(before: set[str], ids: range, scratch: Path, seconds: float = 10) -> dict[str, list[str]]:
    """Return what a grading has left on the machine, once nothing of it goes away any more.

    ``before`` is what :func:`traces` found before it, ``ids`` are the user ids of programs inside.
    """
    end = time.monotonic() + seconds
    while True:
        left = {
            "processes": _orphans(ids),
            "scratch": [str(path) for path in scratch.iterdir()],
            "traces": sorted(traces(ids) - before),
        }
        if not any(left.values()) or time.monotonic() > end:
            return left
        time.sleep(0.1)


def traces(ids: range) -> set[str]:
    """Return mounts, cgroups whose grader is gone, and what programs inside own where all may write.

    Other tests beside this one kill graders, too: cgroups of a grader that was none of these do not count.
    """
    found = set(Path("/proc/self/mountinfo").read_text().splitlines())
    orphans = (group for group in groups("grader-*") if is_orphan(group.name))
    found.update(str(group) for group in orphans if "-".join(group.name.split("-")[2:4]) in GRADERS)
    for room in map(Path, ROOMS):
        for path in room.iterdir():
            with suppress(OSError):  # it has just been removed
                if path.lstat().st_uid in ids and not path.name.startswith(OURS):
                    found.add(str(path))
    return found


def _orphans(ids: range) -> list[str]:
    """Return the processes of sandboxes whose grader is gone: ``bwrap``, and what has numbers of its own."""
    inside: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            program = (folder / "cmdline").read_bytes().split(b"\0")[0]
            told = (line.split(":", 1) for line in (folder / "status").read_text().splitlines())
            status = {name: rest.split() for name, rest in told}
            confined = int(status["Uid"][0]) in ids and len(status["NSpid"]) > 1
            if confined or program.endswith(b"bwrap"):
                inside[int(folder.name)] = int(status["PPid"][0])
    return [str(pid) for pid, parent in inside.items() if parent <= 1]
