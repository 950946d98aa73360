"""``grader verify`` as a command: its answers' exit statuses, and where it finds the submission."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from grader.cli.main import run
from grader.cli.schema import schemas
from tests.fakes import DeadSandbox
from tests.integration.certifying import Answers, Desk, random_itself, seeded, worse_now
from tests.integration.played_class import Digits, tools_with

Told = pytest.CaptureFixture[str]
Verify = Callable[..., int]


@pytest.fixture
def desk(tmp_path: Path, digits: Digits) -> Desk:
    return Desk(tmp_path, *digits)


@pytest.fixture
def verify(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Verify:
    """The command in the desk's course, with a sandbox in which programs answer as told."""
    course = replace(desk.course, folder=desk.folder)
    monkeypatch.setattr("grader.cli.options.course_and_assignments", lambda *_: (course, (desk.assignment,)))

    def verify(*arguments: str | Path, answers: Answers | None = seeded) -> int:
        tools = tools_with(DeadSandbox() if answers is None else desk.sandbox(answers))
        monkeypatch.setattr("grader.wiring.tools_for", lambda _: tools)
        return run(["verify", "--lang", "en", "-q", *map(str, arguments)])

    return verify


def test_the_same_is_0(desk: Desk, verify: Verify, capsys: Told) -> None:
    desk.grade(seeded)
    assert verify(desk.certificate, desk.folder / "submissions") == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "SAME: ana · digits: each run ended, answered and measured exactly alike"
    assert "The course's mark is right" in out[1]
    assert "run 3 (seed 2, threads: 2)" in out[4]
    assert "the same predictions; data served as they were then" in out[4]


def test_within_noise_is_4(desk: Desk, verify: Verify, capsys: Told) -> None:
    desk.grade(random_itself)
    assert verify(desk.certificate, answers=random_itself) == 4
    assert "noise from run to run" in capsys.readouterr().out


def test_different_is_1(desk: Desk, verify: Verify, capsys: Told) -> None:
    desk.grade(seeded)
    assert verify(desk.certificate, answers=worse_now) == 1
    out = capsys.readouterr().out
    assert "DIFFERENT: ana · digits" in out
    assert "verdict: in the certificate Passed, now Failed" in out


def test_what_could_not_be_made_again_is_3(desk: Desk, verify: Verify, capsys: Told) -> None:
    desk.grade(seeded)
    assert verify(desk.certificate, answers=None) == 3
    assert "error GR867: the result could not be made again: the disk is full" in capsys.readouterr().err


def test_a_missing_certificate_is_2(desk: Desk, verify: Verify, capsys: Told) -> None:
    assert verify(desk.certificate) == 2
    assert "error GR860: there is no certificate at" in capsys.readouterr().err


def test_a_student_who_is_not_there_is_2(desk: Desk, verify: Verify, capsys: Told) -> None:
    desk.grade(seeded)
    (desk.folder / "submissions" / "ana").rename(desk.folder / "submissions" / "bia")
    assert verify(desk.certificate, desk.folder / "submissions") == 2
    assert "error GR865: there is no submission of ana for digits" in capsys.readouterr().err


def test_an_edited_name_is_different_with_and_without_submissions_at_hand(
    desk: Desk, verify: Verify, capsys: Told
) -> None:
    desk.grade(seeded)
    said = json.loads(desk.certificate.read_text()) | {"student": "Mallory", "id": "mallory"}
    desk.certificate.write_text(json.dumps(said))
    assert verify(desk.certificate, desk.folder / "submissions") == 1
    shutil.rmtree(desk.folder / "submissions")
    assert verify(desk.certificate) == 1
    out = capsys.readouterr().out
    assert out.count("DIFFERENT: Mallory · digits") == 2
    assert out.count("The certificate was changed after it was made") == 2


def test_without_a_folder_the_kept_copy_is_run(desk: Desk, verify: Verify) -> None:
    desk.grade(seeded)
    shutil.rmtree(desk.folder / "submissions")
    assert verify(desk.certificate) == 0


def test_a_single_program_may_be_named(desk: Desk, verify: Verify) -> None:
    desk.grade(seeded)
    program = desk.folder / "submissions" / "ana" / "digits" / "digits.py"
    assert verify(desk.certificate, program) == 0
    program.write_text("x = 2\n")
    assert verify(desk.certificate, program) == 1


def test_a_student_is_found_by_the_name_as_received(desk: Desk, verify: Verify) -> None:
    desk.grade(seeded)
    for student in ("José", "Jose"):
        shutil.copytree(desk.folder / "submissions" / "ana", desk.folder / "submissions" / student)
    shutil.rmtree(desk.folder / "submissions" / "ana")
    desk.grade(seeded)
    certificates = sorted(path.name for path in (desk.folder / "reports" / "digits").glob("Jose*.json"))
    assert len(certificates) == 2, "one of them by a digest in its name"
    for name in certificates:
        assert verify(desk.certificate.with_name(name), desk.folder / "submissions") == 0


def test_for_programs_it_is_json(desk: Desk, verify: Verify, capsys: Told) -> None:
    desk.grade(seeded)
    assert verify(desk.certificate, "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["answer"] == "same"


@pytest.mark.parametrize(
    ("answers", "program"),
    [(seeded, "x = 1\n"), (random_itself, "x = 1\n"), (worse_now, "x = 1\n"), (seeded, "x = 2\n")],
)
def test_what_is_written_for_programs_keeps_to_the_published_schema(
    desk: Desk, verify: Verify, capsys: Told, answers: Answers, program: str
) -> None:
    schema = json.loads(schemas()["verification-v1.schema.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    desk.grade(seeded)
    handed_in = desk.folder / "submissions" / "ana" / "digits" / "digits.py"
    assert handed_in.read_text() == "x = 1\n"
    handed_in.write_text(program)
    verify(desk.certificate, handed_in, "--format", "json", answers=answers)
    told = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schema).validate(told)
    assert (told["now"] is None) == (program != "x = 1\n")


def test_a_certificate_of_another_format_version_is_2(desk: Desk, verify: Verify, capsys: Told) -> None:
    desk.grade(seeded)
    said = json.loads(desk.certificate.read_text()) | {"schema": "grader/certificate/v9"}
    desk.certificate.write_text(json.dumps(said))
    assert verify(desk.certificate) == 2
    assert 'schema is "grader/certificate/v9"; needed is grader/certificate/v1' in capsys.readouterr().err
