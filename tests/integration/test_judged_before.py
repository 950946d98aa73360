"""A class graded again is judged from what is kept, and only as long as nothing it rests on has changed."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from grader.model.message import Language
from grader.model.result import SubmissionResult, Verdict
from grader.orchestration import judged_before
from grader.orchestration.assess import assess
from grader.orchestration.publish import Publisher
from grader.plugins.registry import EXPORTERS, load_plugins
from grader.reporting import html
from grader.storage.course_key import CourseKey
from grader.storage.kept_pages import KeptPages
from tests.fakes import FakeSandbox
from tests.integration.played_class import Class, Digits, errors_in


class Counted:
    """Counts how often something was really done."""

    def __init__(self, done: Any) -> None:
        self.times = 0
        self._done = done

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.times += 1
        return self._done(*args, **kwargs)


@pytest.fixture
def judgings(monkeypatch: pytest.MonkeyPatch) -> Counted:
    counted = Counted(assess)
    monkeypatch.setattr(judged_before, "assess", counted)
    return counted


@pytest.fixture
def graded(classroom: Class, digits: Digits, judgings: Counted) -> tuple[Class, FakeSandbox]:
    """A class of three, graded once."""
    for student in ("ana", "rui", "eva"):
        classroom.hand_in(student, f"x = '{student}'\n")
    with errors_in(20, digits[2]) as sandbox:
        classroom.grade(sandbox, runs=1)
    assert judgings.times == 3
    judgings.times = 0
    return classroom, sandbox


def again(graded: tuple[Class, FakeSandbox]) -> dict[str, SubmissionResult]:
    return graded[0].grade(graded[1], runs=1)


def test_an_unchanged_class_is_judged_by_nobody_and_comes_out_equal(
    graded: tuple[Class, FakeSandbox], judgings: Counted
) -> None:
    before = {result.student: result for result in graded[0].published[-1].submissions}
    assert again(graded) == before
    assert judgings.times == 0


def test_who_hands_in_something_else_is_judged_alone(
    graded: tuple[Class, FakeSandbox], judgings: Counted
) -> None:
    graded[0].hand_in("rui", "x = 'other'\n")
    again(graded)
    assert judgings.times == 1


def test_another_threshold_judges_everybody(graded: tuple[Class, FakeSandbox], judgings: Counted) -> None:
    classroom, _ = graded
    harder = tuple(
        replace(check, below=Decimal("0.001")) if check.kind == "metric" else check  # type: ignore[call-arg]
        for check in classroom.assignment.checks
    )
    classroom.assignment = replace(classroom.assignment, checks=harder)
    assert {result.verdict for result in classroom.published[-1].submissions} == {Verdict.PASSED}
    assert Verdict.PASSED not in {result.verdict for result in again(graded).values()}
    assert judgings.times == 3


def test_other_code_judges_everybody(
    graded: tuple[Class, FakeSandbox], judgings: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judged_before, "code_digest", lambda: "other")
    again(graded)
    assert judgings.times == 3


def test_a_run_whose_files_were_touched_is_judged_anew(
    graded: tuple[Class, FakeSandbox], judgings: Counted
) -> None:
    predictions = next((graded[0].folder / ".grader/runs").rglob("predictions.npy"))
    predictions.write_bytes(predictions.read_bytes()[:-8])
    again(graded)
    assert judgings.times == 1


def test_a_damaged_judgement_is_made_again(graded: tuple[Class, FakeSandbox], judgings: Counted) -> None:
    before = {result.student: result for result in graded[0].published[-1].submissions}
    kept = sorted(path for path in (graded[0].folder / ".grader/judged").rglob("*") if path.is_file())
    kept[0].write_bytes(kept[0].read_bytes()[:-100])
    kept[1].write_bytes(kept[1].read_bytes().replace(b"passed", b"failed"))
    assert again(graded) == before
    assert judgings.times == 2


def test_forced_runs_are_judged_anew(graded: tuple[Class, FakeSandbox], judgings: Counted) -> None:
    graded[0].grade(graded[1], runs=1, force=True)
    assert judgings.times == 3


class Reports:
    """The pages of a class, written as often as it is graded."""

    def __init__(self, classroom: Class, folder: Path) -> None:
        self.classroom = classroom
        self.folder = folder

    def publish(self, language: Language = Language.PT) -> None:
        Publisher(
            reports=self.folder,
            language=language,
            exporters=load_plugins(EXPORTERS),
            key=CourseKey(bytes(32)),
            kept=KeptPages(file=self.classroom.folder / "pages.json", reports=self.folder),
        ).publish(self.classroom.published[-1])

    def files(self) -> dict[str, bytes]:
        paths = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in paths}


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """How often a page was made."""
    counted = Counted(html.student_page)
    monkeypatch.setattr(html, "student_page", counted)
    return counted


@pytest.fixture
def reports(graded: tuple[Class, FakeSandbox], tmp_path: Path, written: Counted) -> Reports:
    made = Reports(graded[0], tmp_path / "reports")
    made.publish()
    assert written.times == 3
    written.times = 0
    return made


def test_pages_of_an_unchanged_class_are_not_made_again_and_are_the_same(
    graded: tuple[Class, FakeSandbox], reports: Reports, written: Counted
) -> None:
    before = reports.files()
    again(graded)
    reports.publish()
    assert (written.times, reports.files()) == (0, before)


def test_pages_in_another_language_are_made_anew(reports: Reports, written: Counted) -> None:
    reports.publish(Language.EN)
    assert written.times == 3
    assert b'<html lang="en"' in reports.files()["digits/ana.html"]


@pytest.mark.parametrize("suffix", [".html", ".log", ".certificate.json"])
def test_a_file_that_somebody_changed_is_made_anew(reports: Reports, written: Counted, suffix: str) -> None:
    before = reports.files()
    (reports.folder / f"digits/ana{suffix}").write_text("100 points")
    reports.publish()
    assert (written.times, reports.files()) == (1, before)
