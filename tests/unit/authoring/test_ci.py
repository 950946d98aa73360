import json
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from grader.authoring.ci.programs import Program, programs_of
from grader.authoring.ci.run_programs import came_of
from grader.cli.main import run
from grader.coursefiles.load_course import read_course
from grader.model.check import Outcome
from grader.model.expectation import Came, Part
from grader.model.result import Status, Verdict
from grader.model.run import RunStatus
from grader.wiring import known_names
from tests.builders import a_check, a_result, a_run, a_run_result
from tests.unit.authoring.courses import ROOT, add_cell, change, course_of

Told = pytest.CaptureFixture[str]

GIT = shutil.which("git") or "git"


@pytest.fixture
def tensors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    return course_of(tmp_path / "course", "tensors")


def _quick(course: Path, told: Told, *more: str) -> tuple[int, str]:
    status = run(["ci", "--quick", "-C", str(course), "--lang", "en", *more])
    return status, told.readouterr().out


def _program(part: Part, caught_by: str | None = None) -> Program:
    return Program(assignment="a", part=part, name="x", path=Path("x.py"), where="x.py", caught_by=caught_by)


def test_a_sound_course_is_as_expected_and_nothing_is_kept(tensors: Path, capsys: Told) -> None:
    status, out = _quick(tensors, capsys)
    assert status == 0
    assert "✓ 3/3" in out
    assert "all as expected in 1 assignment" in out
    assert not (tensors / ".grader").exists()


def test_a_starter_that_python_cannot_read_is_told_with_its_cell_and_line(
    tensors: Path, capsys: Told
) -> None:
    add_cell(tensors / "assignments" / "tensors" / "starter.ipynb", "x = 1\ny = = 2")
    cells = json.loads((tensors / "assignments/tensors/starter.ipynb").read_text(encoding="utf-8"))["cells"]
    status, out = _quick(tensors, capsys, "--format", "json")
    (broken,) = [one for one in json.loads(out)["expectations"] if one["came"] == "broken"]
    assert status == 1
    assert (broken["part"], broken["cell"], broken["line"]) == ("starter", len(cells), 2)


def test_what_only_a_notebook_understands_is_no_mistake(tensors: Path, capsys: Told) -> None:
    starter = tensors / "assignments" / "tensors" / "starter.ipynb"
    add_cell(starter, "!pip list\nif True:\n    %time x = 1\nprint?")
    add_cell(starter, "%%bash\nls | wc")
    assert _quick(tensors, capsys)[0] == 0


def test_a_spec_that_cannot_be_read_is_a_bad_course_and_others_are_tried(tensors: Path, capsys: Told) -> None:
    course_of(tensors, "activations")
    change(tensors / "assignments" / "activations" / "assignment.toml", "points = ", "pints = ")
    status, out = _quick(tensors, capsys)
    assert status == 2
    assert "spec that cannot be read: activations" in out
    assert "✓ 3/3" in out


def test_a_folder_without_a_course_has_no_table(tmp_path: Path, capsys: Told) -> None:
    status = run(["ci", "--quick", "-C", str(tmp_path)])
    out, err = capsys.readouterr()
    assert (status, out) == (2, "")
    assert err
    (tmp_path / "assignments").mkdir()
    assert run(["ci", "--quick", "-C", str(tmp_path)]) == 2
    assert capsys.readouterr().err != err


def test_a_record_of_another_solution_breaks_what_is_expected_of_the_reference(
    tmp_path: Path, capsys: Told
) -> None:
    course = course_of(tmp_path / "course", "digits")
    solution = course / "reference_solutions" / "digits" / "solution.py"
    solution.write_text(solution.read_text(encoding="utf-8") + "\nprint(1)\n", encoding="utf-8")
    status, out = _quick(course, capsys, "--format", "json")
    document = json.loads(out)
    assert status == 1
    assert document["came"] == "broken"
    assert any(e["part"] == "reference" and e["came"] == "broken" for e in document["expectations"])


def test_github_gets_an_annotation_with_the_cell_in_its_title(tensors: Path, capsys: Told) -> None:
    add_cell(tensors / "assignments" / "tensors" / "starter.ipynb", "y = = 2")
    status, out = _quick(tensors, capsys, "--format", "github")
    first = out.splitlines()[0]
    assert status == 1
    assert first.startswith("::error file=assignments/tensors/starter.ipynb,title=tensors · starter · cell ")
    assert ",line=" not in first


def test_markdown_says_of_every_file_what_was_expected(tensors: Path, capsys: Told) -> None:
    _, out = _quick(tensors, capsys, "--format", "md")
    assert out.count("fails the check") == 3
    assert "runs to its end and does not pass" in out


def test_a_wrong_answer_is_named_after_the_longest_id_that_fits() -> None:
    read = read_course(ROOT, known_names())
    tensors = next(one for one in read.assignments if one.slug == "tensors")
    named = {one.path.name: one.caught_by for one in programs_of(tensors, ROOT) if one.part is Part.WRONG}
    assert named
    assert set(named.values()) == {"values"}


@pytest.mark.parametrize(
    ("part", "verdict", "came"),
    [
        (Part.REFERENCE, Verdict.PASSED, Came.HELD),
        (Part.REFERENCE, Verdict.FAILED, Came.BROKEN),
        (Part.REFERENCE, Verdict.INCONCLUSIVE, Came.UNSURE),
        (Part.STARTER, Verdict.PASSED, Came.BROKEN),
        (Part.STARTER, Verdict.FAILED, Came.HELD),
        (Part.WRONG, Verdict.PASSED, Came.BROKEN),
        (Part.WRONG, Verdict.FAILED, Came.HELD),
        (Part.WRONG, Verdict.INCONCLUSIVE, Came.UNSURE),
    ],
)
def test_references_pass_and_others_do_not(part: Part, verdict: Verdict, came: Came) -> None:
    assert came_of(_program(part), a_result(verdict=verdict)) is came


@pytest.mark.parametrize("part", [Part.REFERENCE, Part.STARTER, Part.WRONG])
def test_what_could_not_be_graded_says_nothing_of_the_course(part: Part) -> None:
    assert came_of(_program(part), a_result(status=Status.NOT_GRADED, verdict=None)) is Came.LOST


def test_a_starter_that_does_not_run_to_its_end_is_no_starter() -> None:
    crashed = a_result(verdict=Verdict.FAILED, runs=(a_run_result(run=a_run(status=RunStatus.ERROR)),))
    assert came_of(_program(Part.STARTER), crashed) is Came.BROKEN
    assert came_of(_program(Part.WRONG), crashed) is Came.HELD


@pytest.mark.parametrize(
    ("outcome", "came"),
    [
        (Outcome.FAILED, Came.HELD),
        (Outcome.PASSED, Came.BROKEN),
        (Outcome.INCONCLUSIVE, Came.UNSURE),
        (Outcome.ERRORED, Came.LOST),
    ],
)
def test_a_wrong_answer_is_caught_by_the_check_that_it_is_named_after(outcome: Outcome, came: Came) -> None:
    result = a_result(
        verdict=Verdict.FAILED,
        checks=(a_check(id="b", outcome=Outcome.FAILED), a_check(id="c", outcome=outcome)),
    )
    assert came_of(_program(Part.WRONG, "c"), result) is came


def _git(folder: Path, *words: str) -> None:
    named = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run([GIT, "-C", str(folder), *named, *words], check=True, capture_output=True)


@pytest.fixture
def versioned(tensors: Path) -> Path:
    course_of(tensors, "activations")
    _git(tensors, "init", "-q")
    _git(tensors, "add", "-A")
    _git(tensors, "commit", "-q", "-m", "a")
    return tensors


def _touched(course: Path, told: Told, ref: str = "HEAD") -> list[str]:
    status, out = _quick(course, told, "--since", ref, "--format", "json")
    assert status == 0
    assignments: list[str] = json.loads(out)["assignments"]
    return assignments


def test_only_what_has_changed_is_tried(versioned: Path, capsys: Told) -> None:
    assert _touched(versioned, capsys) == []
    (versioned / "notes.txt").write_text("no assignment's", encoding="utf-8")
    assert _touched(versioned, capsys) == []
    wrong = versioned / "reference_solutions" / "tensors" / "wrong" / "values-none.py"
    wrong.write_text("x = 1\n", encoding="utf-8")
    assert _touched(versioned, capsys) == ["tensors"]
    _git(versioned, "add", "-A")
    _git(versioned, "commit", "-q", "-m", "b")
    assert _touched(versioned, capsys) == []
    assert _touched(versioned, capsys, "HEAD~1") == ["tensors"]


def test_what_the_other_branch_did_meanwhile_is_not_this_ones(versioned: Path, capsys: Told) -> None:
    _git(versioned, "branch", "other")
    _git(versioned, "checkout", "-q", "other")
    (versioned / "assignments" / "activations" / "more.txt").write_text("a", encoding="utf-8")
    _git(versioned, "add", "-A")
    _git(versioned, "commit", "-q", "-m", "other")
    _git(versioned, "checkout", "-q", "-")
    assert _touched(versioned, capsys, "other") == []


def test_what_holds_for_the_whole_course_touches_all_of_it(versioned: Path, capsys: Told) -> None:
    (versioned / "course.toml").write_text('name = "x"\n', encoding="utf-8")
    assert _touched(versioned, capsys) == ["activations", "tensors"]


def test_an_assignment_that_was_taken_out_is_not_asked_for(versioned: Path, capsys: Told) -> None:
    for part in ("assignments", "reference_solutions"):
        _git(versioned, "rm", "-rq", f"{part}/activations")
    assert _touched(versioned, capsys) == []


@pytest.mark.parametrize("ref", ["no-such", "--output=x", "HEAD:assignments"])
def test_a_commit_that_is_not_there_is_told(versioned: Path, capsys: Told, ref: str) -> None:
    assert run(["ci", "--quick", "-C", str(versioned), f"--since={ref}"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert ref in err
    assert not (versioned / "x").exists()


def test_junit_has_a_suite_for_each_assignment_and_a_failure_for_what_is_broken(
    versioned: Path, capsys: Told
) -> None:
    add_cell(versioned / "assignments" / "tensors" / "starter.ipynb", "y = = 2")
    status, out = _quick(versioned, capsys, "--format", "junit")
    suites = {suite.get("name"): suite for suite in ET.fromstring(out)}  # noqa: S314 - it is ours
    assert status == 1
    assert set(suites) == {"activations", "tensors"}
    assert [suites[name].get("failures") for name in ("activations", "tensors")] == ["0", "1"]
    (failure,) = suites["tensors"].iter("failure")
    assert "Python cannot read it" in (failure.text or "")
    names = [case.get("name") for case in suites["tensors"].iter("testcase")]
    assert len(names) == len(set(names))


def test_a_badge_counts_what_is_as_expected(tensors: Path, capsys: Told) -> None:
    badge = tensors / "badge.json"
    assert _quick(tensors, capsys, "--badge", str(badge))[0] == 0
    good = json.loads(badge.read_text(encoding="utf-8"))
    add_cell(tensors / "assignments" / "tensors" / "starter.ipynb", "y = = 2")
    assert _quick(tensors, capsys, "--badge", str(badge))[0] == 1
    bad = json.loads(badge.read_text(encoding="utf-8"))
    assert (good["schemaVersion"], good["message"], good["color"]) == (1, "6/6", "brightgreen")
    assert (bad["message"], bad["color"]) == ("5/6", "red")


def test_a_badge_that_cannot_be_written_is_ours(tensors: Path, capsys: Told) -> None:
    (tensors / "file").write_text("", encoding="utf-8")
    assert run(["ci", "--quick", "-C", str(tensors), "--badge", str(tensors / "file" / "b.json")]) == 3
    assert "b.json" in capsys.readouterr().err
