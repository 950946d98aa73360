"""``grader grade`` as a command: interrupted, killed, resumed, as root and as an ordinary user."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.classroom import GRADER, OrdinaryUser, grader, lay_out_course, results

pytestmark = [pytest.mark.runtime, pytest.mark.sandbox, pytest.mark.grading]

FAST = "import numpy as np\nQP = np.zeros(898, dtype=int)\n"
TENSORFLOW = """
import keras, numpy as np
QX = np.loadtxt("qx.txt", skiprows=1)
model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(10)])
QP = model.predict(QX, verbose=0).argmax(axis=1)
"""
NEIGHBOURS = """
import numpy as np
from sklearn.neighbors import KNeighborsClassifier
AX, AY, QX = (np.loadtxt(f"{name}.txt", skiprows=1) for name in ("ax", "ay", "qx"))
QP = KNeighborsClassifier(3).fit(AX, AY).predict(QX)
"""
SLOW = "import time\nprint('started', flush=True)\ntime.sleep(300)\n"
WAITED_SECONDS = 60.0


def program(course: Path, student: str, text: str) -> None:
    place = course / "submissions" / student / "digits"
    place.mkdir(parents=True)
    (place / "digits.py").write_text(text, encoding="utf-8")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return lay_out_course(tmp_path / "course")


@pytest.fixture
def slow_class(course: Path) -> Iterator[tuple[Path, "subprocess.Popen[bytes]"]]:
    """A class of a fast and a slow program, being graded: the fast one is done, the slow one runs."""
    program(course, "ana", FAST)
    program(course, "bia", SLOW)
    # A shell that starts tests in the background has them ignore Ctrl-C; a person's shell does not.
    command = ["env", "--default-signal=INT", str(GRADER), "grade", "submissions", "-j", "2"]
    command += ["--runs", "1", "--lang", "en"]
    environment = {**os.environ, "NO_COLOR": "1"}
    with subprocess.Popen(command, cwd=course, env=environment, stderr=subprocess.PIPE) as process:
        try:
            kept = course / ".grader" / "runs"
            assert wait_for(lambda: any(kept.rglob("run.json")), WAITED_SECONDS)
            assert wait_for(lambda: len(descendants(process.pid)) >= 4, WAITED_SECONDS)
            yield course, process
        finally:
            process.kill()


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def descendants(pid: int) -> set[tuple[int, str]]:
    """Return (pid, start time) of every process below ``pid``."""
    parents: dict[int, list[tuple[int, str]]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            found = _stat(int(entry.name))
            if found is not None:
                parents.setdefault(int(found[1]), []).append((int(entry.name), found[19]))
    below: set[tuple[int, str]] = set()
    pending = [pid]
    while pending:
        children = parents.get(pending.pop(), [])
        below.update(children)
        pending.extend(child for child, _ in children)
    return below


def _stat(pid: int) -> list[str] | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def alive(processes: set[tuple[int, str]]) -> bool:
    return any(
        (found := _stat(pid)) is not None and found[19] == started and found[0] != "Z"
        for pid, started in processes
    )


@pytest.mark.attack("grader_killed")
def test_ctrl_c_ends_all_sandboxes_and_keeps_what_is_finished(
    slow_class: tuple[Path, "subprocess.Popen[bytes]"],
) -> None:
    course, process = slow_class
    below = descendants(process.pid)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"Traceback" not in told
    assert wait_for(lambda: not alive(below), 2)
    assert len(list((course / ".grader" / "runs").rglob("run.json"))) == 1
    assert b"reports of what is finished: " in told
    rows = results(course)
    assert rows["ana", "digits"]["status"] == "graded"
    assert (rows["bia", "digits"]["status"], rows["bia", "digits"]["points"]) == ("not_graded", None)


@pytest.mark.attack("grader_killed")
def test_a_killed_grader_leaves_no_process_and_the_next_grading_goes_on(
    slow_class: tuple[Path, "subprocess.Popen[bytes]"],
) -> None:
    course, process = slow_class
    below = descendants(process.pid)
    process.kill()
    process.wait()
    assert wait_for(lambda: not alive(below), 1)
    (course / "submissions" / "bia" / "digits" / "digits.py").write_text(FAST + "\n# again\n")
    again = grader("grade", "submissions", "--runs", "1", "--lang", "en", cwd=course, timeout=120)
    assert again.status == 0, again.err
    assert "Runs to make: 1 " in again.err
    assert {row["status"] for row in results(course).values()} == {"graded"}


def test_a_time_limit_of_the_command_line_lowers_the_assignments(course: Path) -> None:
    program(course, "bia", SLOW)
    ended = grader(
        "grade", "submissions", "--runs", "1", "--timeout", "5 s", "--lang", "en", cwd=course, timeout=120
    )
    assert ended.status == 0, ended.err
    row = results(course)["bia", "digits"]
    assert row["runs"][0]["status"] == "timeout"
    assert (row["verdict"], row["points"]) == ("failed", 0)


@pytest.mark.attack("no_bwrap")
def test_reports_of_some_students_say_so_and_the_others_come_back_without_a_run(course: Path) -> None:
    for student in ("ana", "bia"):
        program(course, student, FAST)
    command = ["grade", "submissions", "--runs", "1", "--lang", "en"]
    assert grader(*command, cwd=course).status == 0
    only = grader(*command, "--only", "ana", cwd=course)
    assert (only.status, set(results(course))) == (0, {("ana", "digits")})
    assert "the reports now hold these students alone" in only.err
    again = grader(*command, cwd=course)
    assert (again.status, len(results(course))) == (0, 2)
    assert "Runs to make" not in again.err


def test_an_unknown_sandbox_is_refused_and_those_there_are_are_named(course: Path) -> None:
    program(course, "ana", FAST)
    ended = grader("grade", "submissions", "--sandbox", "gvisor", "--lang", "en", cwd=course, timeout=60)
    assert ended.status == 2
    assert "bubblewrap" in ended.err
    assert not (course / "reports").exists()


def test_no_sandbox_must_be_typed_and_stamps_every_page(course: Path) -> None:
    program(course, "ana", FAST)
    ended = grader(
        "grade", "submissions", "--sandbox=none", "--runs", "1", "--lang", "en", cwd=course, timeout=120
    )
    assert ended.status == 0, ended.err
    assert "NO SANDBOX" in ended.err
    for page in ("index.html", "digits/ana.html"):
        assert "UNSANDBOXED" in (course / "reports" / page).read_text(encoding="utf-8")


def test_check_says_what_would_come_of_a_file_and_keeps_nothing(course: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(f"{FAST}print('\\x1b[2Jpassed: 10 / 10')\n")
    command: list[str | Path] = [
        "check",
        file,
        "-a",
        "digits",
        "-C",
        course,
        "--lang",
        "en",
        "--quick",
        "-o",
        "out",
    ]
    ended = grader(*command, cwd=tmp_path, timeout=120)
    assert ended.status == 1, ended.err
    assert "failed" in ended.out
    assert "only a look" in ended.out
    assert "  | passed: 10 / 10" in ended.err.splitlines()
    assert "Page: out/digits/mine.html" in ended.err
    written = [str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.*")]
    assert written == ["digits/mine.html"]
    assert "<a " not in (tmp_path / "out" / "digits" / "mine.html").read_text(encoding="utf-8").replace(
        '<a class="skip"', ""
    )
    assert not (course / ".grader").exists()


@pytest.mark.slow
def test_ctrl_c_during_the_audits_of_a_check_leaves_what_was_measured(course: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(f"{NEIGHBOURS}import time\ntime.sleep(4)\n")
    command = ["env", "--default-signal=INT", str(GRADER), "check", str(file), "-a", "digits", "--lang", "en"]
    with subprocess.Popen(
        [*command, "-C", str(course), "-o", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith(("audits", "The programs' recipes are trained again.")):
                break
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Error rate: 1.78 %" in out
    assert "interrupted; above is what had been measured" in err
    assert (tmp_path / "digits" / "mine.html").is_file()


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder every user can enter, with a course, a runtime and a copy of nothing else."""
    folder = Path("/var/tmp") / f"grader-e2e-{os.getpid()}"
    folder.mkdir(mode=0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def test_an_ordinary_user_grades_with_user_namespaces(public_folder: Path) -> None:
    course = lay_out_course(public_folder / "course")
    program(course, "ana", TENSORFLOW)
    ordinary = OrdinaryUser(public_folder)
    ordinary.own(course)
    done = ordinary.grader("grade", "submissions", "--runs", "1", "--lang", "en", cwd=course)
    assert done.status == 0, done.err
    document = json.loads((course / "reports" / "results.json").read_text())
    assert document["machine"]["sandbox"] == "bubblewrap"
    assert document["submissions"][0]["runs"][0]["status"] == "ok"
    assert document["submissions"][0]["verdict"] == "failed"
