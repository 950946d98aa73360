import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.coursefiles.lms_names import read_lms_name
from grader.model.errors import CourseError
from tests.unit.coursefiles.exported import (
    taken,
    whose,
)
from tests.unit.coursefiles.written import a_link, a_notebook, a_zip, a_zip_of, files


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
    found = taken(root)
    assert whose(found) == {
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
    (submission,) = taken(files(tmp_path / "in", content)).submissions
    assert submission.main == main
    (told,) = [f for f in submission.findings if f.code == "GR162"]
    assert others in told.message.en


def test_of_two_canvas_files_of_one_name_the_later_attachment_counts(tmp_path: Path) -> None:
    content = {"ana_1_999_digits.py": "old", "ana_1_1000_digits.py": "new"}
    (submission,) = taken(files(tmp_path / "in", content)).submissions
    assert submission.files[0].path.read_text() == "new"
    assert [f.code for f in submission.findings] == ["GR129"]


def test_what_is_attached_to_a_canvas_submission_is_staged_beside_it(tmp_path: Path) -> None:
    content = {"ana_1_1_digits.py": "x", "ana_1_2_fig.png": "x", "ana_1_3_dados.csv": "x"}
    assert whose(taken(files(tmp_path / "in", content))) == {"ana (1)": ["dados.csv", "digits.py", "fig.png"]}


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
    found = taken(files(tmp_path / "in", content))
    assert whose(found) == {"asilva": ["comment.txt", "dados.csv", "rede_final.py"], "bsouza": ["digits.py"]}
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
    (submission,) = taken(files(tmp_path / "in", content)).submissions
    assert submission.main == "digits.py"
    assert submission.files[0].path.read_text() == "x = 10"
    (told,) = submission.findings
    assert told.code == "GR162"


def test_a_folder_called_version_beside_a_program_is_the_students_own(tmp_path: Path) -> None:
    content = {"ana/rede.py": "x", "ana/version 1/util.py": "x", "bia/x.py": "x"}
    assert whose(taken(files(tmp_path / "in", content)))["ana"] == ["rede.py", "version 1/util.py"]


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
    assert whose(taken(root)) == {
        "Ana Silva (123)": ["digits.py", "onlinetext.html"],
        "Ana Silva (124)": ["digits.py"],
        "José Lima (125)": ["work.ipynb"],
    }


def test_an_export_may_lie_in_the_assignments_folder(tmp_path: Path) -> None:
    root = files(tmp_path / "in", {"digits/silvaana_123_1_x.py": "x", "pele/bia.py": "x"})
    found = taken(root, "digits", "pele")
    assert whose(found) == {"silvaana (123)": ["x.py"], "bia": ["bia.py"]}


def test_a_class_that_came_as_one_student_is_refused_with_the_remedy(tmp_path: Path) -> None:
    export = a_zip({"Turma A/silvaana_1_2_digits.py": "x", "Turma A/souzab_3_4_digits.py": "x"})
    found = taken(files(tmp_path / "in", {"turma.zip": export, "bia/digits.py": "x"}))
    assert sorted(whose(found)) == ["bia"]
    (turma,) = found.unreadable
    assert turma.finding.code == "GR163"
    assert "Grade it as a class" in turma.finding.message.en


def test_files_that_are_only_named_alike_are_one_students(tmp_path: Path) -> None:
    members = dict.fromkeys(("digits.py", "cnn_32_64_a.py", "mlp_128_64_b.py", "fig_1_2_c.png"), "x")
    assert list(whose(taken(files(tmp_path / "in", {f"ana/{n}": c for n, c in members.items()})))) == ["ana"]


class TestZips:
    def test_a_zip_of_a_class_is_read_like_its_folder(self, tmp_path: Path) -> None:
        content = a_zip(
            {"ana/digits/a.py": "x", "ana/digits/util.py": "", "digits/bia.ipynb": a_notebook("x")}
        )
        (tmp_path / "class.zip").write_bytes(content)
        assert whose(taken(tmp_path / "class.zip")) == {"ana": ["a.py", "util.py"], "bia": ["bia.ipynb"]}

    def test_the_folder_it_was_packed_with_is_taken_off(self, tmp_path: Path) -> None:
        (tmp_path / "entregas.zip").write_bytes(a_zip({"entregas/ana.py": "x", "entregas/bia.py": "x"}))
        assert sorted(whose(taken(tmp_path / "entregas.zip"))) == ["ana", "bia"]

    def test_it_is_unpacked_once(self, tmp_path: Path) -> None:
        (tmp_path / "class.zip").write_bytes(a_zip({"ana.py": "x"}))
        (first,) = taken(tmp_path / "class.zip").submissions
        before = first.files[0].path.stat().st_mtime_ns
        (again,) = taken(tmp_path / "class.zip").submissions
        assert again.files[0].path.stat().st_mtime_ns == before
        assert again.digest == first.digest

    def test_more_students_than_files_in_a_submission_are_welcome(self, tmp_path: Path) -> None:
        (tmp_path / "class.zip").write_bytes(a_zip({f"s{n}.py": "x" for n in range(500)}))
        assert len(taken(tmp_path / "class.zip").submissions) == 500

    def test_hostile_members_are_refused_and_told(self, tmp_path: Path) -> None:
        plain = [zipfile.ZipInfo(n) for n in ("../evil.py", "/etc/evil.py", "bia.py", "clash", "clash/a.py")]
        content = a_zip_of((a_link("ana.py"), "/etc/passwd"), *((info, "x") for info in plain))
        (tmp_path / "class.zip").write_bytes(content)
        found = taken(tmp_path / "class.zip")
        assert sorted(whose(found)) == ["bia", "clash"]
        assert [f.code for f in found.findings] == ["GR141"] * 4
        assert not list(tmp_path.rglob("evil.py"))

    def test_a_bomb_among_the_submissions_is_refused_alone(self, tmp_path: Path) -> None:
        content = a_zip({"ana/digits.py": "x", "ana/zeros.bin": b"\0" * (8 * 2**20), "bia/digits.py": "x"})
        (tmp_path / "class.zip").write_bytes(content)
        found = taken(tmp_path / "class.zip")
        assert whose(found) == {"ana": ["digits.py"], "bia": ["digits.py"]}
        assert "larger than a submission may be" in found.findings[0].message.en

    @pytest.mark.parametrize(
        "content", [b"", b"no zip", a_zip({"ana.py": "x" * 500})[:-40]], ids=["empty", "text", "cut short"]
    )
    def test_what_is_no_zip_is_a_mistake_of_the_call(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "class.zip").write_bytes(content)
        with pytest.raises(CourseError) as caught:
            taken(tmp_path / "class.zip")
        assert [m.code for m in caught.value.messages] == ["GR140"]

    def test_a_damaged_member_leaves_nothing_half_unpacked(self, tmp_path: Path) -> None:
        content = bytearray(a_zip({"ana.py": "x" * 500, "bia.py": "abcdefgh" * 100}))
        content[content.index(b"bia.py") + 8] ^= 0xFF
        (tmp_path / "class.zip").write_bytes(bytes(content))
        with pytest.raises(CourseError):
            taken(tmp_path / "class.zip")
        assert list((tmp_path / "intake" / "classes").iterdir()) == []
