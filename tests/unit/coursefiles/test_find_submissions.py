import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.coursefiles.find_submissions import Found, _safe_ids, find_submissions
from grader.coursefiles.received import Received
from grader.model.errors import CourseError
from grader.model.submission import FileKind, Submission, Unreadable
from tests.unit.coursefiles.folder_read import (
    SLUGS,
    alone,
    codes_of,
    taken,
)
from tests.unit.coursefiles.written import a_notebook, a_zip, files


def _rows(found: Found) -> list[tuple[str, str]]:
    rows: list[Submission | Unreadable] = [*found.submissions, *found.unreadable]
    return sorted((row.student, row.assignment) for row in rows)


class TestLayouts:
    def test_a_folder_per_student_and_assignment(self, tmp_path: Path) -> None:
        root = files(tmp_path / "in", {"ana/digits/a.py": "x", "ana/mnist-dense/b.ipynb": a_notebook("x")})
        found = taken(root)
        assert _rows(found) == [("ana", "digits"), ("ana", "mnist-dense")]
        assert {s.kind for s in found.submissions} == {FileKind.SCRIPT, FileKind.NOTEBOOK}
        assert codes_of(found) == []

    def test_a_folder_per_assignment_with_a_file_per_student(self, tmp_path: Path) -> None:
        root = files(
            tmp_path / "in",
            {
                "digits/ana.py": "x",
                "digits/bruno.silva.ipynb": a_notebook("x"),
                "digits/carla.zip": a_zip({"p.py": "x"}),
                "digits/diego/p.py": "x",
            },
        )
        assert [student for student, _ in _rows(taken(root))] == ["ana", "bruno.silva", "carla", "diego"]

    def test_a_file_named_like_the_assignment_in_the_students_folder(self, tmp_path: Path) -> None:
        root = files(tmp_path / "in", {"ana/digits.py": "x", "ana/mnist-dense.zip": a_zip({"m.py": "x"})})
        assert _rows(taken(root)) == [("ana", "digits"), ("ana", "mnist-dense")]

    def test_loose_files_where_one_assignment_is_named(self, tmp_path: Path) -> None:
        root = files(tmp_path / "in", {"ana.py": "x", "Bruno Silva.ipynb": a_notebook("x")})
        assert _rows(taken(root, ["digits"])) == [("Bruno Silva", "digits"), ("ana", "digits")]

    def test_a_students_loose_folder_where_one_assignment_is_named(self, tmp_path: Path) -> None:
        root = files(
            tmp_path / "in", {"ana/work/main.py": "import util", "ana/work/util.py": "", "ana/n.txt": ""}
        )
        submission = alone(root, ["digits"])
        assert submission.main == "work/main.py"
        assert {f.name for f in submission.files} == {"work/main.py", "work/util.py", "n.txt"}

    def test_another_assignments_folder_is_not_taken_for_the_one_named(self, tmp_path: Path) -> None:
        root = files(
            tmp_path / "in", {"ana/digits/a.py": "x", "ana/mnist-dense/b.py": "x", "bruno/digits/a.py": ""}
        )
        found = taken(root, ["mnist-dense"], others=SLUGS)
        assert _rows(found) == [("ana", "mnist-dense")]
        assert codes_of(found) == []

    def test_another_assignments_folder_at_the_top_is_no_student(self, tmp_path: Path) -> None:
        root = files(tmp_path / "in", {"digits/ana.py": "x", "mnist-dense/ana.py": "x"})
        assert _rows(taken(root, ["digits"], others=SLUGS)) == [("ana", "digits")]

    def test_beside_the_assignments_folder_nothing_loose_is_a_submission(self, tmp_path: Path) -> None:
        root = files(tmp_path / "in", {"ana/digits/a.py": "x", "ana/old.py": "x"})
        found = taken(root, ["digits"])
        assert _rows(found) == [("ana", "digits")]
        assert codes_of(found) == ["GR121"]

    @pytest.mark.parametrize("slugs", [["digits"], SLUGS])
    def test_what_lies_beside_a_program_called_after_its_assignment_is_staged(
        self, tmp_path: Path, slugs: list[str]
    ) -> None:
        members = ["ana/digits.py", "ana/util.py", "ana/data/x.csv", "ana/README.md", "bia/digits.py"]
        found = taken(files(tmp_path / "in", dict.fromkeys(members, "x")), slugs)
        assert {s.student: s.main for s in found.submissions} == {"ana": "digits.py", "bia": "digits.py"}
        staged = {f.name for f in found.submissions[0].files}
        assert staged == {"digits.py", "util.py", "data/x.csv", "README.md"}
        assert codes_of(found) == []

    def test_a_misspelt_assignment_beside_another_is_told(self, tmp_path: Path) -> None:
        members = {"ana/digits.py": "x", "ana/mnist_dense.py": "x"}
        assert codes_of(taken(files(tmp_path / "in", members))) == ["GR121"]

    def test_all_of_one_student_for_one_assignment_is_one_submission(self, tmp_path: Path) -> None:
        root = files(
            tmp_path / "in",
            {"ana/digits.py": "x", "ana/digits.ipynb": a_notebook("x"), "digits/ana/util.py": "x"},
        )
        submission = alone(root)
        assert {f.name for f in submission.files} == {"digits.py", "digits.ipynb", "util.py"}
        assert submission.main == "digits.ipynb"
        assert [f.code for f in submission.findings] == ["GR124"]

    @pytest.mark.parametrize("again", ["digits-1", "digits (2)", "Cópia de digits", "digits - Copy"])
    def test_a_further_try_beside_the_first_is_of_the_same_assignment(
        self, tmp_path: Path, again: str
    ) -> None:
        submission = alone(files(tmp_path / "in", {"ana/digits.py": "old", f"ana/{again}.py": "new"}))
        assert submission.main == f"{again}.py"
        assert [f.code for f in submission.findings] == ["GR162"]

    @pytest.mark.parametrize("again", ["digits-1.py", "digits (1).py", "Cópia de digits.py"])
    def test_a_folder_of_tries_alone_is_the_student_it_is_called_after(
        self, tmp_path: Path, again: str
    ) -> None:
        members = {"digits.py": "old", again: "new", "data/x.csv": "1"}
        submission = alone(files(tmp_path / "Ana Silva", members), ["digits"])
        assert (submission.student, submission.main) == ("Ana Silva", again)
        assert [f.code for f in submission.findings] == ["GR162"]
        (tmp_path / "Bia.zip").write_bytes(a_zip(members))
        assert alone(tmp_path / "Bia.zip", ["digits"]).student == "Bia"

    @pytest.mark.parametrize("place", ["", "digits/"])
    @pytest.mark.parametrize("again", ["ana-1", "ana (2)", "Cópia de ana", "ana - Copy", "ana-1 (1)"])
    def test_a_further_try_of_a_students_file_is_the_same_students(
        self, tmp_path: Path, place: str, again: str
    ) -> None:
        members = {f"{place}ana.py": "old", f"{place}{again}.py": "new", f"{place}bia.py": "x"}
        found = taken(files(tmp_path / "in", members), ["digits"])
        assert {s.student: s.main for s in found.submissions} == {"ana": f"{again}.py", "bia": "bia.py"}

    def test_names_that_only_end_in_a_number_are_people(self, tmp_path: Path) -> None:
        people = ["ana", "ana2", "Ana", "ana_3", "s-1", "s-2", "bia (1)"]
        root = files(tmp_path / "in", {f"digits/{name}.py": "x" for name in people})
        assert sorted(s for s, _ in _rows(taken(root))) == sorted(people)

    def test_a_misspelt_assignment_is_told_with_its_near_miss(self, tmp_path: Path) -> None:
        found = taken(files(tmp_path / "in", {"ana/mnist_dense/b.py": "x"}))
        assert _rows(found) == []
        assert "did you mean 'mnist-dense'?" in found.findings[0].message.en

    @pytest.mark.parametrize(
        ("name", "code"), [("ana.py", "GR126"), ("ana.zip", "GR126"), ("ana.pdf", "GR127")]
    )
    def test_what_has_no_place_is_told(self, tmp_path: Path, name: str, code: str) -> None:
        assert codes_of(taken(files(tmp_path / "in", {name: "x"}))) == [code]

    def test_only_the_students_asked_for_are_read(self, tmp_path: Path) -> None:
        root = files(tmp_path / "in", {"digits/ana.py": "x", "digits/José.py": "x", "digits/zoe.py": "x"})
        assert _rows(taken(root, only=["ana", "Jose\u0301"])) == [("José", "digits"), ("ana", "digits")]

    @pytest.mark.parametrize("name", ["missing", "a file.txt"])
    def test_a_folder_that_is_none_is_a_mistake_of_the_call(self, tmp_path: Path, name: str) -> None:
        files(tmp_path, {"a file.txt": ""})
        with pytest.raises(CourseError) as caught:
            taken(tmp_path / name)
        assert [m.code for m in caught.value.messages] == ["GR120"]

    def test_hidden_files_and_a_macs_litter_are_nobodys(self, tmp_path: Path) -> None:
        litter = [
            ".DS_Store",
            "__MACOSX/ana/digits/a.py",
            "ana/digits/._a.py",
            "ana/digits/.ipynb_checkpoints/a.py",
        ]
        litter += ["ana/digits/__pycache__/a.pyc", "digits/.gitkeep"]
        root = files(tmp_path / "in", {**dict.fromkeys(litter, b"x"), "ana/digits/a.py": "x"})
        found = taken(root)
        assert [f.name for f in found.submissions[0].files] == ["a.py"]
        assert _rows(found) == [("ana", "digits")]
        assert codes_of(found) == []


class TestNames:
    ODD = (
        "<img src=x onerror=alert(1)>",
        "O'Brien-=",
        "Null",
        "=Ö",
        "José",
        "-rf",
        "a b",
        "José da Silva Ç",
    )

    def test_every_name_has_a_row_and_a_safe_id(self, tmp_path: Path) -> None:
        root = files(tmp_path / "in", {f"digits/{name}/a.py": "x" for name in self.ODD})
        found = taken(root)
        assert {s.student for s in found.submissions} == set(self.ODD)
        for submission in found.submissions:
            assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", submission.id)
        assert len({s.id.casefold() for s in found.submissions}) == len(self.ODD)
        assert next(s.id for s in found.submissions if s.student == "Null") == "Null"
        assert next(s.id for s in found.submissions if s.student == "José").startswith("Jose-")

    def test_names_that_differ_by_case_have_ids_that_do_not(self, tmp_path: Path) -> None:
        root = files(tmp_path / "in", {"digits/Ana.py": "x", "digits/ana.py": "x", "digits/ANA/a.py": "x"})
        ids = [s.id for s in taken(root).submissions]
        assert len({i.casefold() for i in ids}) == 3

    def test_a_name_that_is_no_utf8_has_a_row(self, tmp_path: Path) -> None:
        folder = tmp_path / "in" / "digits"
        folder.mkdir(parents=True)
        (folder / os.fsdecode(b"jos\xe9.py")).write_text("x")
        assert alone(tmp_path / "in").id.startswith("jos-")

    @pytest.mark.parametrize("place", ["digits/{}/a.py", "{}/digits/a.py", "{}/digits.py", "digits/{}.py"])
    def test_two_folders_of_one_name_spelt_in_two_ways_are_two_students(
        self, tmp_path: Path, place: str
    ) -> None:
        names = ("Jose\u0301", "Jos\u00e9")
        found = taken(files(tmp_path / "in", {place.format(name): "x" for name in names}))
        assert _rows(found) == [(name, "digits") for name in names]
        assert len({s.id for s in found.submissions}) == 2
        only = taken(tmp_path / "in", only=["Jos\u00e9"])
        assert len(only.submissions) == 2

    def test_a_mac_and_a_linux_spelling_of_one_name_are_one_student(self, tmp_path: Path) -> None:
        root = files(tmp_path / "in", {"digits/Jose\u0301/a.py": "x", "Jos\u00e9/digits/b.py": "y"})
        found = taken(root)
        assert _rows(found) == [("Jos\u00e9", "digits")]
        assert [finding.code for finding in found.findings] == ["GR169"], "never silently one"

    def test_two_people_of_one_name_stay_two_where_each_hands_in_for_another_assignment(
        self, tmp_path: Path
    ) -> None:
        root = files(tmp_path / "in", {"Jose\u0301/digits.py": "x", "Jos\u00e9/pele.py": "y"})
        found = find_submissions(root, ["digits", "pele"], intake=tmp_path / "intake")
        assert _rows(found) == [("Jose\u0301", "digits"), ("Jos\u00e9", "pele")]
        assert found.findings == ()

    def test_a_name_written_decomposed_alone_is_composed_without_a_word(self, tmp_path: Path) -> None:
        found = taken(files(tmp_path / "in", {"Jose\u0301/digits.py": "x"}))
        assert _rows(found) == [("Jos\u00e9", "digits")]
        assert found.findings == ()

    def test_nobody_can_take_anothers_id(self) -> None:
        victim = _ids("José")[0]
        ids = _ids("José", victim, victim.upper())
        assert len({i.casefold() for i in ids}) == 3

    @given(st.lists(st.text(max_size=70), max_size=12, unique=True))
    def test_ids_are_safe_and_unique_whatever_the_names(self, names: list[str]) -> None:
        ids = _ids(*names)
        assert len({i.casefold() for i in ids}) == len(names)
        for safe in ids:
            assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,140}", safe)


def _ids(*students: str) -> list[str]:
    return _safe_ids([Received(student=s, assignment="digits", sources=(), shown=s) for s in students])
