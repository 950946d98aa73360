"""``grader check``: what a student is told beside the result."""

import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from grader.cli.language import speak
from grader.cli.main import run
from grader.cli.options import course_and_assignments
from grader.cli.own_look import _for_whoever_checks, _print, _public_part, _Shown
from grader.coursefiles.load_course import load_course
from grader.model.check import Outcome
from grader.model.errors import CourseError, SandboxUnavailable
from grader.model.message import Language, Message
from grader.model.result import Reason, Status, SubmissionResult
from grader.model.submission import Finding, Severity
from grader.orchestration.means import Tools
from grader.orchestration.publish import require_room
from grader.wiring import Request, known_names
from grader.words import say
from tests import builders as a
from tests.fakes import FakeSandbox
from tests.unit.coursefiles.written import KNOWN, METRICS, a_course

Told = pytest.CaptureFixture[str]


class Machine:
    """Stands for ``tools_for`` on a machine whose sandbox does not hold."""

    def __init__(self, why: Message) -> None:
        self.why = why
        self.asked: list[str] = []

    def __call__(self, request: Request) -> None:
        self.asked.append(request.sandbox)
        if request.sandbox != "none":
            raise SandboxUnavailable(self.why)
        raise CourseError(say("grading-interrupted"))  # far enough


def _checked(monkeypatch: pytest.MonkeyPatch, folder: Path, why: Message, *options: str) -> Machine:
    machine = Machine(why)
    monkeypatch.setattr("grader.wiring.tools_for", machine)
    a_course(folder)
    (folder / "work.py").write_text("")
    file = str(folder / "work.py")
    assert run(["check", file, "-C", str(folder), "-a", "mnist-dense", "--lang", "en", *options]) == 2
    return machine


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (
            say("sandbox-probes-failed", name="bubblewrap", state="vsock answers", failed="vsock, kill"),
            "probes: vsock, kill.",
        ),
        (say("bubblewrap-not-installed", needed="0.8.0"), "no command bwrap was found"),
    ],
)
def test_what_keeps_the_program_from_being_confined_is_told_in_the_same_line(
    monkeypatch: pytest.MonkeyPatch, capsys: Told, tmp_path: Path, why: Message, words: str
) -> None:
    machine = _checked(monkeypatch, tmp_path, why)
    said = capsys.readouterr().err
    told = next(line for line in said.splitlines() if "unconfined" in line)
    assert "--sandbox=none" not in said
    assert machine.asked == ["auto", "none"]
    assert words in told
    assert "grader doctor" in told
    assert "Nothing was run" not in told


def test_no_sandbox_asked_for_by_name_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: Told, tmp_path: Path
) -> None:
    machine = _checked(monkeypatch, tmp_path, say("grading-interrupted"), "--sandbox", "none")
    assert machine.asked == ["none"]
    assert "NO SANDBOX" in capsys.readouterr().err


def test_a_sandbox_asked_for_by_name_is_not_replaced(
    monkeypatch: pytest.MonkeyPatch, capsys: Told, tmp_path: Path
) -> None:
    why = say("bubblewrap-not-installed", needed="0.8.0")
    machine = _checked(monkeypatch, tmp_path, why, "--sandbox", "bubblewrap")
    assert machine.asked == ["bubblewrap"]
    assert "error GR601" in capsys.readouterr().err


def test_an_unwritable_place_for_the_page_is_told_before_anything_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: Told, tmp_path: Path
) -> None:
    a_course(tmp_path)
    (tmp_path / "work.py").write_text("")
    sandbox = FakeSandbox(lambda _: {})
    tools = Tools(
        metrics=METRICS,
        checks=KNOWN.kinds,
        sandbox=sandbox,
        cache=tmp_path / "cache",
        data_dir=None,
        gpus=(),
        gpu_names=(),
        cpus=2,
        version="0",
    )
    monkeypatch.setattr("grader.wiring.tools_for", lambda _: tools)
    command = ["check", str(tmp_path / "work.py"), "-C", str(tmp_path), "--lang", "en"]
    assert run([*command, "-o", str(tmp_path / "work.py" / "pages")]) == 2
    assert run([*command, "-o", str(tmp_path / "work.py" / "page.html")]) == 2
    assert capsys.readouterr().err.count("error GR807: ") == 2
    assert sandbox.calls == []


def test_a_place_that_was_only_tried_is_not_left_behind(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    require_room(tmp_path / "old" / "new" / "pages", kept=False)
    assert list((tmp_path / "old").iterdir()) == []
    require_room(tmp_path / "old", kept=False)
    assert (tmp_path / "old").is_dir()
    require_room(tmp_path / "old" / "reports")
    assert (tmp_path / "old" / "reports").is_dir()


def test_what_is_decided_elsewhere_is_told_and_what_was_checked_here(capsys: Told, tmp_path: Path) -> None:
    open_check = a.a_check(
        id="accuracy",
        outcome=Outcome.INCONCLUSIVE,
        points=Decimal(0),
        max_points=Decimal(9),
        message=say("not-measured-here"),
    )
    clean = a.a_check(id="clean", outcome=Outcome.PASSED, max_points=Decimal(1))
    told = _printed(capsys, tmp_path, a.a_result(checks=(open_check, clean), max_points=Decimal(10)))
    assert "no verdict here: 9 of 10 points are decided when it is graded" in told
    assert "delivers an answer for every test row; and the checks: clean." in told
    assert "Measured on this computer" not in told
    alone = _printed(capsys, tmp_path / "alone", a.a_result(checks=(open_check,), max_points=Decimal(9)))
    assert "an answer for every test row. How many" in alone


def test_why_nothing_was_delivered_is_a_list(capsys: Told, tmp_path: Path) -> None:
    nothing = say("run.nothing")
    reasons = say("run.reasons", before=nothing, reason=say("predictions-source-file-missing"))
    ways = nothing
    for source in ("predict", "predictions"):
        ways = say("run.ways", before=ways, way=say(f"run.deliver.{source}", names="QP, qp"))
    why = say("run-left-no-predictions", reasons=reasons, ways=ways, advice=say("run.advice.model"))
    told = _printed(capsys, tmp_path, a.a_result(reason=Reason.NOTHING_DELIVERED, reason_message=why))
    lines = told.splitlines()
    assert sum(line.startswith("• ") for line in lines) == 3
    assert "Accepted:" in lines
    assert all(line.endswith(".") for line in lines if line.startswith("• "))


def test_a_look_is_one_run(capsys: Told, tmp_path: Path) -> None:
    (tmp_path / "work.py").write_text("")
    assert run(["check", str(tmp_path / "work.py"), "--quick", "--runs", "3", "--lang", "en"]) == 2
    assert "--quick is one run only" in capsys.readouterr().err


def test_broken_assignments_that_nobody_asked_for_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: Told, tmp_path: Path
) -> None:
    a_course(tmp_path, "[assignment", slug="tensors")
    _checked(monkeypatch, tmp_path, say("grading-interrupted"))
    assert "the assignment tensors has mistakes (in all: 1) and is left out" in capsys.readouterr().err


@pytest.mark.parametrize("hidden", [True, False])
def test_whoever_checks_is_told_what_a_student_is_told(hidden: bool) -> None:  # noqa: FBT001 - a parameter
    note = say("program-fixes-own-seed")
    told = _for_whoever_checks([a.a_grading(submissions=(a.a_result(notes=(note,), rows_hidden=hidden),))])
    assert told is not None
    assert (note in told.submissions[0].shown.notes) is not hidden


def test_nothing_is_told_of_a_run_that_was_not_made() -> None:
    result = a.a_result(
        status=Status.NOT_GRADED, reason=Reason.INFRASTRUCTURE, reason_message=say("run-not-made-yet")
    )
    assert _for_whoever_checks([]) is None
    assert _for_whoever_checks([a.a_grading(submissions=(result,))]) is None


def _printed(capsys: Told, folder: Path, result: SubmissionResult) -> str:
    a_course(folder)
    course, (assignment,) = course_and_assignments(folder, ("mnist-dense",))
    speak(Language.EN)
    _print(result, _Shown(file=Path("work.py"), assignment=assignment, course=course))
    return capsys.readouterr().out


def test_the_code_of_the_reason_is_the_first_to_be_explained(capsys: Told, tmp_path: Path) -> None:
    why = say("run-exited-without-predictions", where="")
    result = a.a_result(reason=Reason.NOTHING_DELIVERED, reason_message=why)
    assert "grader explain GR303 GR" in _printed(capsys, tmp_path, result)


def test_what_was_told_as_the_reason_is_not_told_again(capsys: Told, tmp_path: Path) -> None:
    why = say("file-empty", name="work.py")
    found = Finding(severity=Severity.ERROR, message=why)
    result = a.a_result(
        status=Status.NOT_GRADED,
        verdict=None,
        reason=Reason.UNREADABLE,
        reason_message=why,
        checks=(),
        findings=(found,),
    )
    assert _printed(capsys, tmp_path, result).count("is empty") == 1


@pytest.mark.parametrize(
    ("slug", "left"),
    [
        ("mnist-dense", ["error", "dense-only", "runs"]),
        ("fashion-mnist", ["figure", "dense-only", "runs"]),
        ("pele", ["accuracy", "noise", "fit", "runs"]),
    ],
)
def test_a_copy_without_a_record_is_not_asked_what_needs_one(slug: str, left: list[str]) -> None:
    known = known_names()
    whole = load_course(Path(__file__).parents[3], known).assignment(slug)
    assert whole is not None
    public = _public_part(replace(whole, reference=None), known.kinds)
    assert [check.id for check in public.checks] == left
    assert public.points == sum(check.points for check in public.checks)
    unhidden = replace(whole.data, without_hidden=True)  # a student's copy has no hidden labels
    assert _public_part(whole, known.kinds) == replace(whole, data=unhidden)


def test_the_first_word_comes_before_what_takes_long_to_load(tmp_path: Path) -> None:
    a_course(tmp_path)
    (tmp_path / "work.py").write_text("")
    program = (
        "import sys\n"
        "from grader.cli.main import run\n"
        "sys.modules['grader.cli.own_look'] = None\n"  # what comes next cannot be loaded
        f"run(['check', 'work.py', '-C', {str(tmp_path)!r}, '--lang', 'en'])\n"
        "print(sorted({'numpy', 'pydantic', 'rich'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stderr.startswith("Reading work.py and its assignment.\n")
    assert done.stdout == "[]\n"
