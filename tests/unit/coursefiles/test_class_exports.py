import json
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.coursefiles.find_submissions import Found, find_submissions
from grader.coursefiles.gradescope import read_submitters, submitters_in
from grader.coursefiles.lms_names import read_lms_name
from grader.model.errors import CourseError, SubmissionError
from tests.unit.coursefiles.written import a_link, a_notebook, a_zip, a_zip_of, files


def _found(path: Path, *slugs: str) -> Found:
    return find_submissions(path, slugs or ("digits",), intake=path.parent / "intake")


def _rows(found: Found) -> dict[str, list[str]]:
    return {s.student: sorted(f.name for f in s.files) for s in found.submissions}


@pytest.mark.parametrize(
    ("name", "student", "file"),
    [
        ("silvaana_123_456_digits.ipynb", "silvaana (123)", "digits.ipynb"),
        ("silvaana_LATE_123_456_digits-1.ipynb", "silvaana (123)", "digits-1.ipynb"),
        ("silvaana_123_456_my_own_work.py", "silvaana (123)", "my_own_work.py"),
        ("anon_k3x9_456_digits.ipynb", "anon (k3x9)", "digits.ipynb"),
        ("LATE_anon_k3x9_456_digits.ipynb", "anon (k3x9)", "digits.ipynb"),
        ("Ana Silva_123_assignsubmission_file_", "Ana Silva (123)", ""),
        ("Ana Silva_123_assignsubmission_file", "Ana Silva (123)", ""),
        ("Ana Silva_123_assignsubmission_file_digits.py", "Ana Silva (123)", "digits.py"),
        ("Participant_77_assignsubmission_onlinetext_", "Participant (77)", ""),
    ],
)
def test_an_exported_name_tells_the_student_and_the_file(name: str, student: str, file: str) -> None:
    read = read_lms_name(name)
    assert read is not None
    assert (read.student, read.file) == (student, file)


@pytest.mark.parametrize(
    "name", ["ana", "ana.py", "ana_silva.ipynb", "mlp_2.py", "ana_2024.py", "", "_", "O'Brien-="]
)
def test_an_ordinary_name_is_nobodys_export(name: str) -> None:
    assert read_lms_name(name) is None


@given(st.text())
def test_no_name_breaks_the_reader(name: str) -> None:
    read = read_lms_name(name)
    assert read is None or read.file in name


def test_a_canvas_export_is_one_submission_for_each_student(tmp_path: Path) -> None:
    root = files(
        tmp_path / "in",
        {
            "silvaana_123_1_digits.ipynb": a_notebook("import util"),
            "silvaana_123_2_util.py": "",
            "silvaana_124_3_digits.py": "x",
            "souzabia_LATE_125_4_work.zip": a_zip({"work/digits.py": "x"}),
            "limacarlos_126_text.html": "<p>",
            "notas.csv": "",
        },
    )
    found = _found(root)
    assert _rows(found) == {
        "silvaana (123)": ["digits.ipynb", "util.py"],
        "silvaana (124)": ["digits.py"],
        "souzabia (125)": ["digits.py"],
    }
    assert [f.code for f in found.findings] == ["GR127"]
    (text,) = found.unreadable
    assert text.student == "limacarlos (126)"
    assert "text.html is a document" in text.finding.message.en
    late = {s.student: [f.code for f in s.findings] for s in found.submissions}
    assert late == {"silvaana (123)": [], "silvaana (124)": [], "souzabia (125)": ["GR166"]}
    assert all(f.on_class_page for s in found.submissions for f in s.findings)


@pytest.mark.parametrize(
    ("handed_in", "main", "others"),
    [
        (("ana_1_98_digits.py", "ana_1_101_digits-1.py"), "digits-1.py", "digits.py"),
        (("ana_1_101_digits.py", "ana_1_98_digits-1.py"), "digits.py", "digits-1.py"),
        (("ana_LATE_1_98_digits-1.py", "ana_LATE_1_99_digits-2.py"), "digits-2.py", "digits-1.py"),
        (("ana_1_99_digits-1.ipynb", "ana_1_100_digits.ipynb"), "digits.ipynb", "digits-1.ipynb"),
    ],
)
def test_of_a_canvas_students_tries_the_last_that_was_attached_is_run(
    tmp_path: Path, handed_in: tuple[str, ...], main: str, others: str
) -> None:
    content: dict[str, str | bytes] = {
        name: f"x = {i}" if name.endswith(".py") else a_notebook(f"{i}") for i, name in enumerate(handed_in)
    }
    (submission,) = _found(files(tmp_path / "in", content)).submissions
    assert submission.main == main
    (told,) = [f for f in submission.findings if f.code == "GR162"]
    assert others in told.message.en


def test_of_two_canvas_files_of_one_name_the_later_attachment_counts(tmp_path: Path) -> None:
    content = {"ana_1_999_digits.py": "old", "ana_1_1000_digits.py": "new"}
    (submission,) = _found(files(tmp_path / "in", content)).submissions
    assert submission.files[0].path.read_text() == "new"
    assert [f.code for f in submission.findings] == ["GR129"]


def test_what_is_attached_to_a_canvas_submission_is_staged_beside_it(tmp_path: Path) -> None:
    content = {"ana_1_1_digits.py": "x", "ana_1_2_fig.png": "x", "ana_1_3_dados.csv": "x"}
    assert _rows(_found(files(tmp_path / "in", content))) == {
        "ana (1)": ["dados.csv", "digits.py", "fig.png"]
    }


def test_of_blackboards_attempts_the_newest_is_run(tmp_path: Path) -> None:
    name = "Tarefa 1_{}_attempt_2026-05-{}-10-22-33{}"
    content = {
        name.format("asilva", "01", "_rede.py"): "old",
        name.format("asilva", "01", ".txt"): "Name: Ana",
        name.format("asilva", "12", "_rede_final.py"): "new",
        name.format("asilva", "12", "_dados.csv"): "1",
        name.format("asilva", "12", ".txt"): "Name: Ana",
        name.format("bsouza", "02", "_digits.py"): "x",
        name.format("clima", "02", ".txt"): "Name: Caio",
    }
    found = _found(files(tmp_path / "in", content))
    assert _rows(found) == {"asilva": ["comment.txt", "dados.csv", "rede_final.py"], "bsouza": ["digits.py"]}
    assert [u.student for u in found.unreadable] == ["clima"]
    (told,) = found.submissions[0].findings
    assert told.code == "GR162"
    assert "attempt 2026-05-01-10-22-33/rede.py" in told.message.en


@pytest.mark.parametrize(
    ("name", "student", "file"),
    [
        ("Tarefa 1_{}_attempt_2026-05-01-10-22-33_{}", "asilva", "x_bsouza_attempt_2030-01-01-00-00-00_a.py"),
        ("Tarefa 1_{}_attempt_2026-05-01-10-22-33_{}", "asilva", "x_bsouza_124_900_a.py"),
        ("{}_123_456_{}", "silvaana", "x_souzabia (124)_attempt_2030-01-01-00-00-00_digits.py"),
        ("{}_LATE_123_456_{}", "silvaana", "x_souzabia_124_900_digits.py"),
        ("anon_{}_456_{}", "k3x9", "x_souzabia (124)_attempt_2030-01-01-00-00-00_digits.py"),
    ],
)
def test_a_file_called_as_another_students_export_stays_with_who_handed_it_in(
    name: str, student: str, file: str
) -> None:
    read = read_lms_name(name.format(student, file))
    assert read is not None
    assert student in read.student
    assert read.file == file


@pytest.mark.parametrize("word", ["Version {}", "Versão {}", "version-{}"])
@pytest.mark.parametrize("around", ["ana/", "ana/digits/", "Submitted files/ana/"])
def test_of_teams_versions_the_newest_with_a_program_is_run(tmp_path: Path, around: str, word: str) -> None:
    versions = {2: "x = 2", 9: "x = 9", 10: "x = 10", 11: ""}
    content = {f"{around}{word.format(n)}/digits.py": c for n, c in versions.items()}
    content[f"{around}{word.format(12)}/notes.txt"] = "x"
    (submission,) = _found(files(tmp_path / "in", content)).submissions
    assert submission.main == "digits.py"
    assert submission.files[0].path.read_text() == "x = 10"
    (told,) = submission.findings
    assert told.code == "GR162"


def test_a_folder_called_version_beside_a_program_is_the_students_own(tmp_path: Path) -> None:
    content = {"ana/rede.py": "x", "ana/version 1/util.py": "x", "bia/x.py": "x"}
    assert _rows(_found(files(tmp_path / "in", content)))["ana"] == ["rede.py", "version 1/util.py"]


def test_a_moodle_export_is_one_submission_for_each_student(tmp_path: Path) -> None:
    root = files(
        tmp_path / "in",
        {
            "Ana Silva_123_assignsubmission_file_/digits.py": "x",
            "Ana Silva_123_assignsubmission_onlinetext_/onlinetext.html": "<p>",
            "Ana Silva_124_assignsubmission_file_/digits.py": "x",
            "José Lima_125_assignsubmission_file_work.ipynb": a_notebook("x"),
        },
    )
    assert _rows(_found(root)) == {
        "Ana Silva (123)": ["digits.py", "onlinetext.html"],
        "Ana Silva (124)": ["digits.py"],
        "José Lima (125)": ["work.ipynb"],
    }


def test_an_export_may_lie_in_the_assignments_folder(tmp_path: Path) -> None:
    root = files(tmp_path / "in", {"digits/silvaana_123_1_x.py": "x", "pele/bia.py": "x"})
    found = _found(root, "digits", "pele")
    assert _rows(found) == {"silvaana (123)": ["x.py"], "bia": ["bia.py"]}


PROGRAM = "model.fit(AX, AY)"


@pytest.mark.parametrize("around", ["Turma A", "PSI5790-Tarefa 1-4711", "Ana Silva", "export/Turma A"])
def test_a_folder_around_an_export_is_taken_off(tmp_path: Path, around: str) -> None:
    members = {
        f"{around}/Ana Silva_101_assignsubmission_file_/digits.py": "x",
        f"{around}/Bia_102_assignsubmission_file_/digits.py": "x",
    }
    assert sorted(_rows(_found(files(tmp_path / "in", members)))) == ["Ana Silva (101)", "Bia (102)"]
    (tmp_path / "class.zip").write_bytes(a_zip(members))
    assert sorted(_rows(_found(tmp_path / "class.zip"))) == ["Ana Silva (101)", "Bia (102)"]


@pytest.mark.parametrize("inner", ["Ana_101_assignsubmission_file_", "submission_1011"])
def test_the_only_student_of_an_export_is_called_as_the_export_does(tmp_path: Path, inner: str) -> None:
    (name,) = _rows(_found(files(tmp_path / "in", {f"Turma A/{inner}/digits.py": "x"})))
    assert name in ("Ana (101)", "submission (1011)")


def test_two_groups_each_in_a_folder_are_one_class(tmp_path: Path) -> None:
    members = {"Turma A/silvaana_1_2_digits.py": "x", "Turma B/souzab_3_4_digits.py": "x"}
    assert sorted(_rows(_found(files(tmp_path / "in", members)))) == ["silvaana (1)", "souzab (3)"]


def test_a_student_among_others_cannot_become_a_class_by_the_names_of_her_files(tmp_path: Path) -> None:
    members = {"eve/bob_1_2_digits.py": "x", "eve/zoe_3_4_digits.py": "x", "bob/digits.py": "x"}
    found = _found(files(tmp_path / "in", members))
    assert sorted(_rows(found)) == ["bob"]
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
    found = _found(files(tmp_path / "in", content))
    assert sorted(_rows(found)) == students
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
    assert sorted(_rows(found)) == ["ana", "bia"]
    assert found.unreadable == ()
    assert [f.code for f in found.findings] == ["GR168"] * 5


def test_our_reports_beside_the_folder_around_a_class_change_nothing(tmp_path: Path) -> None:
    content = {
        "Turma A/ana/x.py": "x",
        "Turma A/bia/y.py": "x",
        "r/results.json": '{"schema":"grader/results/v1"}',
        "r/index.html": "",
    }
    assert sorted(_rows(_found(files(tmp_path / "in", content)))) == ["ana", "bia"]


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
    found = _found(files(tmp_path / "in", content))
    students = {*_rows(found), *(one.student for one in found.unreadable)}
    assert students == {"ana", "bia", "submission (111)"}


def test_a_students_work_in_a_folder_called_as_ours_is_hers(tmp_path: Path) -> None:
    content = {
        "reports/digits.py": "x",
        "assignments/digits.py": "x",
        "bia/pyvenv.cfg": "",
        "bia/digits.py": "x",
    }
    assert sorted(_rows(_found(files(tmp_path / "in", content)))) == ["assignments", "bia", "reports"]


def test_a_gradescope_export_is_one_submission_for_each_folder(tmp_path: Path) -> None:
    members = {f"assignment_555_export/submission_{n}/digits.py": "x" for n in (111, 112)}
    (tmp_path / "class.zip").write_bytes(a_zip(members))
    assert sorted(_rows(_found(tmp_path / "class.zip"))) == ["submission (111)", "submission (112)"]


class TestSubmittersOfGradescope:
    LIST = """---
submission_111:
  :submitters:
  - :name: Ana Silva
    :sid: '101'
    :email: ana@example.edu
  :created_at: 2026-05-01 22:10:33.123000000 Z
  :score: 9.0
  :results: &1
    tests:
    - {name: "submitters", output: "submission_112: {:submitters: [{:name: Eve}]}"}
submission_112:
  :submitters:
  - :name: "Jos\u00e9 #1: Lima"
    :sid: ''
  :results: *1
submission_113:
  :submitters:
  - :name: Bia
    :sid: '103'
  - :name: Caio
    :sid: '104'
"""

    def _rows_of(self, tmp_path: Path, listed: str, count: int = 3) -> tuple[list[str], Found]:
        members = {f"assignment_555_export/submission_{n}/digits.py": "x" for n in range(111, 111 + count)}
        members["assignment_555_export/submission_metadata.yml"] = listed
        (tmp_path / "class.zip").write_bytes(a_zip(members))
        found = _found(tmp_path / "class.zip")
        return sorted(_rows(found)), found

    def test_the_list_names_the_students_and_a_group_by_all_its_names(self, tmp_path: Path) -> None:
        rows, found = self._rows_of(tmp_path, self.LIST)
        assert rows == ["Ana Silva (101)", "Bia (103), Caio (104)", "José #1: Lima"]
        assert found.findings == ()

    def test_an_only_is_asked_for_by_the_students_name(self, tmp_path: Path) -> None:
        self._rows_of(tmp_path, self.LIST)
        found = find_submissions(
            tmp_path / "class.zip", ["digits"], only=["Ana Silva (101)"], intake=tmp_path / "intake"
        )
        assert list(_rows(found)) == ["Ana Silva (101)"]

    def test_it_names_the_folders_of_an_assignment_too(self, tmp_path: Path) -> None:
        members = {"digits/submission_111/a.py": "x", "digits/submission_metadata.yml": self.LIST}
        assert list(_rows(_found(files(tmp_path / "in", members), "digits", "pele"))) == ["Ana Silva (101)"]

    def test_two_of_one_name_without_numbers_are_two_students(self, tmp_path: Path) -> None:
        listed = "".join(f"submission_{n}:\n  :submitters:\n  - :name: Ana\n" for n in (111, 112))
        rows, _ = self._rows_of(tmp_path, listed, count=2)
        assert rows == ["Ana (111)", "Ana (112)"]

    @pytest.mark.parametrize(
        ("listed", "codes"),
        [
            ("---\n", ["GR165"]),
            ("submission_111: [", ["GR164", "GR165"]),
            ("submission_111:\n\t:submitters: x", ["GR164", "GR165"]),
            ("[" * 100_000, ["GR164", "GR165"]),
            ("submission_111: &a\n  :submitters: [*a, *b]", ["GR165"]),
            ("? [submission_111]\n: {submitters: [{name: Eve}]}", ["GR165"]),
            ("submission_111: {submitters: [{name: {name: Eve}}, {name: ''}]}", ["GR165"]),
            ("submission_111:\n  :submitters:\n  - :name: !ruby/object:Kernel\n      x: 1", ["GR165"]),
        ],
    )
    def test_a_list_that_names_nobody_leaves_the_numbers_and_is_told(
        self, tmp_path: Path, listed: str, codes: list[str]
    ) -> None:
        rows, found = self._rows_of(tmp_path, listed, count=2)
        assert rows == ["submission (111)", "submission (112)"]
        assert [f.code for f in found.findings] == codes

    def test_a_list_of_any_size_is_read_in_bounded_memory(self, tmp_path: Path) -> None:
        root = files(tmp_path / "in", {"submission_111/digits.py": "x"})
        with (root / "submission_metadata.yml").open("wb") as stream:
            stream.truncate(2**40)
        found = _found(root)
        assert list(_rows(found)) == ["submission (111)"]
        assert [f.code for f in found.findings] == ["GR125", "GR165"]

    @given(st.text(max_size=200))
    def test_no_name_leaves_its_line(self, name: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            quoted = json.dumps(name)
            listed = f"submission_111: {{':submitters': [{{':name': {quoted}, ':sid': '1'}}]}}"
            (Path(folder) / "submission_metadata.yml").write_bytes(listed.encode("utf-8", "replace"))
            with suppress(SubmissionError):
                for called in read_submitters(Path(folder)).values():
                    assert called.isprintable()


def test_a_class_that_came_as_one_student_is_refused_with_the_remedy(tmp_path: Path) -> None:
    export = a_zip({"Turma A/silvaana_1_2_digits.py": "x", "Turma A/souzab_3_4_digits.py": "x"})
    found = _found(files(tmp_path / "in", {"turma.zip": export, "bia/digits.py": "x"}))
    assert sorted(_rows(found)) == ["bia"]
    (turma,) = found.unreadable
    assert turma.finding.code == "GR163"
    assert "Grade it as a class" in turma.finding.message.en


def test_files_that_are_only_named_alike_are_one_students(tmp_path: Path) -> None:
    members = dict.fromkeys(("digits.py", "cnn_32_64_a.py", "mlp_128_64_b.py", "fig_1_2_c.png"), "x")
    assert list(_rows(_found(files(tmp_path / "in", {f"ana/{n}": c for n, c in members.items()})))) == ["ana"]


class TestZips:
    def test_a_zip_of_a_class_is_read_like_its_folder(self, tmp_path: Path) -> None:
        content = a_zip(
            {"ana/digits/a.py": "x", "ana/digits/util.py": "", "digits/bia.ipynb": a_notebook("x")}
        )
        (tmp_path / "class.zip").write_bytes(content)
        assert _rows(_found(tmp_path / "class.zip")) == {"ana": ["a.py", "util.py"], "bia": ["bia.ipynb"]}

    def test_the_folder_it_was_packed_with_is_taken_off(self, tmp_path: Path) -> None:
        (tmp_path / "entregas.zip").write_bytes(a_zip({"entregas/ana.py": "x", "entregas/bia.py": "x"}))
        assert sorted(_rows(_found(tmp_path / "entregas.zip"))) == ["ana", "bia"]

    def test_it_is_unpacked_once(self, tmp_path: Path) -> None:
        (tmp_path / "class.zip").write_bytes(a_zip({"ana.py": "x"}))
        (first,) = _found(tmp_path / "class.zip").submissions
        before = first.files[0].path.stat().st_mtime_ns
        (again,) = _found(tmp_path / "class.zip").submissions
        assert again.files[0].path.stat().st_mtime_ns == before
        assert again.digest == first.digest

    def test_more_students_than_files_in_a_submission_are_welcome(self, tmp_path: Path) -> None:
        (tmp_path / "class.zip").write_bytes(a_zip({f"s{n}.py": "x" for n in range(500)}))
        assert len(_found(tmp_path / "class.zip").submissions) == 500

    def test_hostile_members_are_refused_and_told(self, tmp_path: Path) -> None:
        plain = [zipfile.ZipInfo(n) for n in ("../evil.py", "/etc/evil.py", "bia.py", "clash", "clash/a.py")]
        content = a_zip_of((a_link("ana.py"), "/etc/passwd"), *((info, "x") for info in plain))
        (tmp_path / "class.zip").write_bytes(content)
        found = _found(tmp_path / "class.zip")
        assert sorted(_rows(found)) == ["bia", "clash"]
        assert [f.code for f in found.findings] == ["GR141"] * 4
        assert not list(tmp_path.rglob("evil.py"))

    def test_a_bomb_among_the_submissions_is_refused_alone(self, tmp_path: Path) -> None:
        content = a_zip({"ana/digits.py": "x", "ana/zeros.bin": b"\0" * (8 * 2**20), "bia/digits.py": "x"})
        (tmp_path / "class.zip").write_bytes(content)
        found = _found(tmp_path / "class.zip")
        assert _rows(found) == {"ana": ["digits.py"], "bia": ["digits.py"]}
        assert "larger than a submission may be" in found.findings[0].message.en

    @pytest.mark.parametrize(
        "content", [b"", b"no zip", a_zip({"ana.py": "x" * 500})[:-40]], ids=["empty", "text", "cut short"]
    )
    def test_what_is_no_zip_is_a_mistake_of_the_call(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "class.zip").write_bytes(content)
        with pytest.raises(CourseError) as caught:
            _found(tmp_path / "class.zip")
        assert [m.code for m in caught.value.messages] == ["GR140"]

    def test_a_damaged_member_leaves_nothing_half_unpacked(self, tmp_path: Path) -> None:
        content = bytearray(a_zip({"ana.py": "x" * 500, "bia.py": "abcdefgh" * 100}))
        content[content.index(b"bia.py") + 8] ^= 0xFF
        (tmp_path / "class.zip").write_bytes(bytes(content))
        with pytest.raises(CourseError):
            _found(tmp_path / "class.zip")
        assert list((tmp_path / "intake" / "classes").iterdir()) == []


def test_a_list_that_names_what_is_no_folder_of_gradescopes_ends() -> None:
    listed = "".join(
        f"{name}:\n  :submitters:\n  - :name: Ana\n" for name in ("X_1_2_f", "submission_X_1_2_f")
    )
    assert submitters_in(listed.encode()) == {}
