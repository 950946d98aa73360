"""Folders around an export, and folders in it that are no student's."""

from pathlib import Path

import pytest

from grader.coursefiles.find_submissions import find_submissions
from tests.unit.coursefiles.exported import (
    taken,
    whose,
)
from tests.unit.coursefiles.written import a_notebook, a_zip, files

PROGRAM = "model.fit(AX, AY)"


@pytest.mark.parametrize("around", ["Turma A", "PSI5790-Tarefa 1-4711", "Ana Silva", "export/Turma A"])
def test_a_folder_around_an_export_is_taken_off(tmp_path: Path, around: str) -> None:
    members = {
        f"{around}/Ana Silva_101_assignsubmission_file_/digits.py": "x",
        f"{around}/Bia_102_assignsubmission_file_/digits.py": "x",
    }
    assert sorted(whose(taken(files(tmp_path / "in", members)))) == ["Ana Silva (101)", "Bia (102)"]
    (tmp_path / "class.zip").write_bytes(a_zip(members))
    assert sorted(whose(taken(tmp_path / "class.zip"))) == ["Ana Silva (101)", "Bia (102)"]


@pytest.mark.parametrize("inner", ["Ana_101_assignsubmission_file_", "submission_1011"])
def test_the_only_student_of_an_export_is_called_as_the_export_does(tmp_path: Path, inner: str) -> None:
    (name,) = whose(taken(files(tmp_path / "in", {f"Turma A/{inner}/digits.py": "x"})))
    assert name in ("Ana (101)", "submission (1011)")


def test_two_groups_each_in_a_folder_are_one_class(tmp_path: Path) -> None:
    members = {"Turma A/silvaana_1_2_digits.py": "x", "Turma B/souzab_3_4_digits.py": "x"}
    assert sorted(whose(taken(files(tmp_path / "in", members)))) == ["silvaana (1)", "souzab (3)"]


def test_a_student_among_others_cannot_become_a_class_by_the_names_of_her_files(tmp_path: Path) -> None:
    members = {"eve/bob_1_2_digits.py": "x", "eve/zoe_3_4_digits.py": "x", "bob/digits.py": "x"}
    found = taken(files(tmp_path / "in", members))
    assert sorted(whose(found)) == ["bob"]
    assert [u.student for u in found.unreadable] == ["eve"]


@pytest.mark.parametrize(
    ("members", "students"),
    [
        (["Turma A/ana/digits.py", "Turma A/bia/rede.py"], ["ana", "bia"]),
        (["x/Turma A/ana/a.py", "x/Turma A/bia/b.py", "x/notas.csv"], ["ana", "bia"]),
        (["Turma A/ana/digits/x.py", "Turma A/bia/digits/x.py"], ["ana", "bia"]),
        (["Turma A/ana/digits/x.py"], ["ana"]),
        (["Turma A/ana.zip", "Turma A/bia.zip"], ["ana", "bia"]),
        (["T1/Ana Silva - digits.py", "T1/Bia - digits.py"], ["Ana Silva - digits", "Bia - digits"]),
        (["ana/digits - mlp.py", "ana/digits_cnn.py"], ["ana"]),
        (["Submitted files/ana/T1/Version 1/x.py", "Submitted files/bia/T1/Version 2/y.py"], ["ana", "bia"]),
        (["Turma A/ana/rede.py", "Turma A/bia/notas.txt"], ["Turma A"]),
        (["Turma A/ana.py", "Turma A/bia.py", "Turma A/caio.py"], ["ana", "bia", "caio"]),
        (["A/ana/digits.py", "A/bia/digits-1.py", "B/caio/Digits.py"], ["ana", "bia", "caio"]),
        (["entregas/digits/ana/x.py", "entregas/digits/bia/x.py"], ["ana", "bia"]),
        (["ana/src/x.py", "ana/tests/t.py"], ["ana"]),
        (["ana/parte1/x.py", "ana/parte 2/t.py"], ["ana"]),
        (["ana/rede/x.py", "ana/dados/x.csv"], ["ana"]),
        (["ana/mlp.py", "ana/cnn.py"], ["ana"]),
        (["ana/digits.py", "ana/cnn.py", "ana/mlp.py"], ["ana"]),
        (["ana/rede/x.py", "ana/base/y.py", "bia/final/z.py"], ["ana", "bia"]),
        (["ana/um/x.py", "ana/dois/x.py", "bia/um/x.py", "bia/dois/x.py"], ["ana", "bia"]),
        (["ana/um/x.py", "ana/dois/x.py", "bia.py"], ["ana", "bia"]),
        (["me/digits/mlp.py", "me/digits/cnn.py"], ["me"]),
    ],
)
def test_whether_a_folder_is_around_a_class_is_told_by_what_stands_in_it(
    tmp_path: Path, members: list[str], students: list[str]
) -> None:
    content: dict[str, str | bytes] = {
        m: a_zip({"x.py": PROGRAM}) if m.endswith(".zip") else PROGRAM for m in members
    }
    found = taken(files(tmp_path / "in", content))
    assert sorted(whose(found)) == students
    taken_off = [f.path for f in found.findings if f.code == "GR167"]
    assert bool(taken_off) == (students[0] != members[0].split("/")[0])


def test_nobodys_folders_are_no_students(tmp_path: Path) -> None:
    content: dict[str, str | bytes] = {
        "ana/digits.py": "x",
        "assignments/digits/assignment.toml": "",
        "assignments/digits/starter.ipynb": a_notebook("x"),
        "reference_solutions/digits/solution.py": "x",
        "notas/results.json": '{"schema": "grader/results/v1", "submissions": []}',
        "notas/index.html": "",
        "notas/digits/ana.html": "",
        "meu ambiente/pyvenv.cfg": "",
        "meu ambiente/lib/python3.11/x.py": "x",
        "saida/digits/x.html": "",
        "bia/results.json": '{"schema": "grader/results/v1"}',
        "bia/rede.py": "x",
    }
    root = files(tmp_path / "in", content)
    found = find_submissions(root, ["digits"], own=[root / "saida"], intake=tmp_path / "intake")
    assert sorted(whose(found)) == ["ana", "bia"]
    assert found.unreadable == ()
    assert [f.code for f in found.findings] == ["GR168"] * 5


def test_our_reports_beside_the_folder_around_a_class_change_nothing(tmp_path: Path) -> None:
    content = {
        "Turma A/ana/x.py": "x",
        "Turma A/bia/y.py": "x",
        "r/results.json": '{"schema":"grader/results/v1"}',
        "r/index.html": "",
    }
    assert sorted(whose(taken(files(tmp_path / "in", content)))) == ["ana", "bia"]


def test_who_keeps_what_check_printed_beside_the_program_is_still_a_student(tmp_path: Path) -> None:
    kept = '{"schema":"grader/results/v1"}'
    content = {
        "ana/results.json": kept,
        "ana/work/digits.py": "x",
        "bia/results.json": kept,
        "bia/index.html": "",
        "bia/work/digits.py": "x",
        "submission_111/results.json": kept,
        "submission_111/index.html": "",
        "submission_111/pyvenv.cfg": "",
    }
    found = taken(files(tmp_path / "in", content))
    students = {*whose(found), *(one.student for one in found.unreadable)}
    assert students == {"ana", "bia", "submission (111)"}


def test_a_students_work_in_a_folder_called_as_ours_is_hers(tmp_path: Path) -> None:
    content = {
        "reports/digits.py": "x",
        "assignments/digits.py": "x",
        "bia/pyvenv.cfg": "",
        "bia/digits.py": "x",
    }
    assert sorted(whose(taken(files(tmp_path / "in", content)))) == ["assignments", "bia", "reports"]
