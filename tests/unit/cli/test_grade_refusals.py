"""``grader grade`` where there is nothing to grade: told, with the exit status that the contract names."""

import shutil
from pathlib import Path

import pytest

from grader.cli.grade import exit_status
from grader.cli.main import run
from grader.model.result import Reason, Status
from grader.reporting.results_json import results_json
from grader.words.catalogue import keys
from tests import builders as a
from tests.unit.coursefiles.written import a_course, a_zip, files

Told = pytest.CaptureFixture[str]


def _says(capsys: Told, *arguments: str) -> tuple[int, str]:
    status = run([*arguments, "--lang", "en"])
    return status, capsys.readouterr().err


@pytest.mark.parametrize(
    "inside",
    [
        "",
        "assignments",
        "assignments/mnist-dense",
        "reference_solutions/x",
        "reports",
        "reports/x",
        ".grader",
    ],
)
def test_the_course_itself_is_no_folder_of_submissions(capsys: Told, tmp_path: Path, inside: str) -> None:
    a_course(tmp_path)
    (tmp_path / inside).mkdir(exist_ok=True, parents=True)
    status, told = _says(capsys, "grade", str(tmp_path / inside), "-C", str(tmp_path))
    assert status == 2
    assert "belongs to the course itself" in told
    assert not (tmp_path / "reports" / "results.json").exists()


def test_the_reports_of_a_grading_are_no_class(capsys: Told, tmp_path: Path) -> None:
    a_course(tmp_path / "course")
    (tmp_path / "kept/mnist-dense").mkdir(parents=True)
    (tmp_path / "kept/mnist-dense/ana.log").write_text("")
    (tmp_path / "kept/results.json").write_text(results_json(a.a_grading()))
    status, told = _says(capsys, "grade", str(tmp_path / "kept"), "-C", str(tmp_path / "course"))
    assert (status, "GR868" in told) == (2, True)
    (tmp_path / "kept/results.json").write_text('{"accuracy": 0.98}')
    assert "GR868" not in _says(capsys, "grade", str(tmp_path / "kept"), "-C", str(tmp_path / "course"))[1]


@pytest.mark.parametrize("share", ["-1", "101", "nan", "much"])
def test_a_percentage_of_the_points_is_one(capsys: Told, tmp_path: Path, share: str) -> None:
    status, told = _says(capsys, "grade", str(tmp_path), "--fail-under", share)
    assert status == 2
    assert "--fail-under" in told
    assert "number" in told


def test_a_class_that_came_as_one_student_ends_with_2_and_the_remedy(capsys: Told, tmp_path: Path) -> None:
    a_course(tmp_path)
    export = a_zip({"T1/silvaana_1_2_x.py": "x", "T1/souzab_3_4_x.py": "x"})
    handed_in = files(tmp_path / "in", {"mnist-dense/turma.zip": export})
    status, told = _says(capsys, "grade", str(handed_in), "-C", str(tmp_path))
    assert status == 2
    assert "GR163" in told
    assert "Grade it as a class" in told
    assert not (tmp_path / "reports" / "results.json").exists()


def test_a_class_of_which_nothing_could_be_graded_is_told_and_ends_with_3(capsys: Told) -> None:
    unread = a.a_result(
        status=Status.NOT_GRADED, verdict=None, reason=Reason.UNREADABLE, points=None, runs=(), checks=()
    )
    assert exit_status(a.a_grading(submissions=(unread, unread)), None) == 3
    assert "GR894" in capsys.readouterr().err
    assert exit_status(a.a_grading(submissions=(unread, a.a_result())), None) == 0
    assert exit_status(a.a_grading(submissions=()), None) == 0
    assert capsys.readouterr().err == ""


def test_no_name_of_the_catalogue_reaches_a_person(capsys: Told, tmp_path: Path) -> None:
    """What the command line says where something is wrong, and nothing of how it is called within."""
    a_course(tmp_path)
    two = tmp_path / "assignments" / "outra"
    shutil.copytree(tmp_path / "assignments" / "mnist-dense", two)
    (tmp_path / "work.py").write_text("")
    course = ("-C", str(tmp_path))
    lines = (
        ("check", str(tmp_path / "work.py"), *course),
        ("check", str(tmp_path / "no.py"), *course),
        ("grade", str(tmp_path / "no"), *course),
        ("grade", str(tmp_path / "work.py"), *course, "-a", "mnist"),
        ("grade", "--fail-under"),
        ("calibrate", "no", *course),
        ("verify", str(tmp_path / "work.py")),
        ("data", "fetch", "no"),
        ("explain", "GR999"),
        ("nonsense",),
        ("grade", str(tmp_path), "--timeout", "soon", *course),
        ("schema", "-o", "/dev/null/x"),
    )
    for line in lines:
        status, told = _says(capsys, *line)
        assert status != 0, line
        assert told
        # A name in one word (`unreadable`) may be a word of the sentence.
        assert [key for key in keys() if ("." in key or "-" in key) and key in told] == [], line
