import os
import re
import socket
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.coursefiles.find_submissions import Found, _safe_ids, find_submissions, read_single
from grader.coursefiles.received import Received
from grader.model.errors import CourseError
from grader.model.submission import FileKind, Submission, Unreadable
from tests.unit.coursefiles.written import a_notebook, a_zip, files

SLUGS = ("digits", "mnist-dense")
TRAINS = "model.fit(AX, AY)\n"


def _found(folder: Path, slugs: Sequence[str] = SLUGS, **options: Sequence[str]) -> Found:
    only, others = options.get("only", ()), options.get("others", ())
    return find_submissions(folder, slugs, only=only, others=others, intake=folder.parent / "intake")


def _rows(found: Found) -> list[tuple[str, str]]:
    rows: list[Submission | Unreadable] = [*found.submissions, *found.unreadable]
    return sorted((row.student, row.assignment) for row in rows)


def _codes(found: Found) -> list[str]:
    return [finding.code for finding in found.findings]


def _one(folder: Path, slugs: Sequence[str] = SLUGS, **options: Sequence[str]) -> Submission:
    (submission,) = _found(folder, slugs, **options).submissions
    return submission


def _none(folder: Path, slugs: Sequence[str] = SLUGS) -> Unreadable:
    found = _found(folder, slugs)
    assert found.submissions == ()
    (unreadable,) = found.unreadable
    return unreadable


class TestLayouts:
    def test_a_folder_per_student_and_assignment(self, tmp_path: Path) -> None:
        root = files(tmp_path / "in", {"ana/digits/a.py": "x", "ana/mnist-dense/b.ipynb": a_notebook("x")})
        found = _found(root)
        assert _rows(found) == [("ana", "digits"), ("ana", "mnist-dense")]
        assert {s.kind for s in found.submissions} == {FileKind.SCRIPT, FileKind.NOTEBOOK}
        assert _codes(found) == []

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
        assert [student for student, _ in _rows(_found(root))] == ["ana", "bruno.silva", "carla", "diego"]

    def test_a_file_named_like_the_assignment_in_the_students_folder(self, tmp_path: Path) -> None:
        root = files(tmp_path / "in", {"ana/digits.py": "x", "ana/mnist-dense.zip": a_zip({"m.py": "x"})})
        assert _rows(_found(root)) == [("ana", "digits"), ("ana", "mnist-dense")]

    def test_loose_files_where_one_assignment_is_named(self, tmp_path: Path) -> None:
        root = files(tmp_path / "in", {"ana.py": "x", "Bruno Silva.ipynb": a_notebook("x")})
        assert _rows(_found(root, ["digits"])) == [("Bruno Silva", "digits"), ("ana", "digits")]

    def test_a_students_loose_folder_where_one_assignment_is_named(self, tmp_path: Path) -> None:
        root = files(
            tmp_path / "in", {"ana/work/main.py": "import util", "ana/work/util.py": "", "ana/n.txt": ""}
        )
        submission = _one(root, ["digits"])
        assert submission.main == "work/main.py"
        assert {f.name for f in submission.files} == {"work/main.py", "work/util.py", "n.txt"}

    def test_another_assignments_folder_is_not_taken_for_the_one_named(self, tmp_path: Path) -> None:
        root = files(
            tmp_path / "in", {"ana/digits/a.py": "x", "ana/mnist-dense/b.py": "x", "bruno/digits/a.py": ""}
        )
        found = _found(root, ["mnist-dense"], others=SLUGS)
        assert _rows(found) == [("ana", "mnist-dense")]
        assert _codes(found) == []

    def test_another_assignments_folder_at_the_top_is_no_student(self, tmp_path: Path) -> None:
        root = files(tmp_path / "in", {"digits/ana.py": "x", "mnist-dense/ana.py": "x"})
        assert _rows(_found(root, ["digits"], others=SLUGS)) == [("ana", "digits")]

    def test_beside_the_assignments_folder_nothing_loose_is_a_submission(self, tmp_path: Path) -> None:
        root = files(tmp_path / "in", {"ana/digits/a.py": "x", "ana/old.py": "x"})
        found = _found(root, ["digits"])
        assert _rows(found) == [("ana", "digits")]
        assert _codes(found) == ["GR121"]

    @pytest.mark.parametrize("slugs", [["digits"], SLUGS])
    def test_what_lies_beside_a_program_called_after_its_assignment_is_staged(
        self, tmp_path: Path, slugs: list[str]
    ) -> None:
        members = ["ana/digits.py", "ana/util.py", "ana/data/x.csv", "ana/README.md", "bia/digits.py"]
        found = _found(files(tmp_path / "in", dict.fromkeys(members, "x")), slugs)
        assert {s.student: s.main for s in found.submissions} == {"ana": "digits.py", "bia": "digits.py"}
        staged = {f.name for f in found.submissions[0].files}
        assert staged == {"digits.py", "util.py", "data/x.csv", "README.md"}
        assert _codes(found) == []

    def test_a_misspelt_assignment_beside_another_is_told(self, tmp_path: Path) -> None:
        members = {"ana/digits.py": "x", "ana/mnist_dense.py": "x"}
        assert _codes(_found(files(tmp_path / "in", members))) == ["GR121"]

    def test_all_of_one_student_for_one_assignment_is_one_submission(self, tmp_path: Path) -> None:
        root = files(
            tmp_path / "in",
            {"ana/digits.py": "x", "ana/digits.ipynb": a_notebook("x"), "digits/ana/util.py": "x"},
        )
        submission = _one(root)
        assert {f.name for f in submission.files} == {"digits.py", "digits.ipynb", "util.py"}
        assert submission.main == "digits.ipynb"
        assert [f.code for f in submission.findings] == ["GR124"]

    @pytest.mark.parametrize("again", ["digits-1", "digits (2)", "Cópia de digits", "digits - Copy"])
    def test_a_further_try_beside_the_first_is_of_the_same_assignment(
        self, tmp_path: Path, again: str
    ) -> None:
        submission = _one(files(tmp_path / "in", {"ana/digits.py": "old", f"ana/{again}.py": "new"}))
        assert submission.main == f"{again}.py"
        assert [f.code for f in submission.findings] == ["GR162"]

    @pytest.mark.parametrize("again", ["digits-1.py", "digits (1).py", "Cópia de digits.py"])
    def test_a_folder_of_tries_alone_is_the_student_it_is_called_after(
        self, tmp_path: Path, again: str
    ) -> None:
        members = {"digits.py": "old", again: "new", "data/x.csv": "1"}
        submission = _one(files(tmp_path / "Ana Silva", members), ["digits"])
        assert (submission.student, submission.main) == ("Ana Silva", again)
        assert [f.code for f in submission.findings] == ["GR162"]
        (tmp_path / "Bia.zip").write_bytes(a_zip(members))
        assert _one(tmp_path / "Bia.zip", ["digits"]).student == "Bia"

    @pytest.mark.parametrize("place", ["", "digits/"])
    @pytest.mark.parametrize("again", ["ana-1", "ana (2)", "Cópia de ana", "ana - Copy", "ana-1 (1)"])
    def test_a_further_try_of_a_students_file_is_the_same_students(
        self, tmp_path: Path, place: str, again: str
    ) -> None:
        members = {f"{place}ana.py": "old", f"{place}{again}.py": "new", f"{place}bia.py": "x"}
        found = _found(files(tmp_path / "in", members), ["digits"])
        assert {s.student: s.main for s in found.submissions} == {"ana": f"{again}.py", "bia": "bia.py"}

    def test_names_that_only_end_in_a_number_are_people(self, tmp_path: Path) -> None:
        people = ["ana", "ana2", "Ana", "ana_3", "s-1", "s-2", "bia (1)"]
        root = files(tmp_path / "in", {f"digits/{name}.py": "x" for name in people})
        assert sorted(s for s, _ in _rows(_found(root))) == sorted(people)

    def test_a_misspelt_assignment_is_told_with_its_near_miss(self, tmp_path: Path) -> None:
        found = _found(files(tmp_path / "in", {"ana/mnist_dense/b.py": "x"}))
        assert _rows(found) == []
        assert "did you mean 'mnist-dense'?" in found.findings[0].message.en

    @pytest.mark.parametrize(
        ("name", "code"), [("ana.py", "GR126"), ("ana.zip", "GR126"), ("ana.pdf", "GR127")]
    )
    def test_what_has_no_place_is_told(self, tmp_path: Path, name: str, code: str) -> None:
        assert _codes(_found(files(tmp_path / "in", {name: "x"}))) == [code]

    def test_only_the_students_asked_for_are_read(self, tmp_path: Path) -> None:
        root = files(tmp_path / "in", {"digits/ana.py": "x", "digits/José.py": "x", "digits/zoe.py": "x"})
        assert _rows(_found(root, only=["ana", "Jose\u0301"])) == [("José", "digits"), ("ana", "digits")]

    @pytest.mark.parametrize("name", ["missing", "a file.txt"])
    def test_a_folder_that_is_none_is_a_mistake_of_the_call(self, tmp_path: Path, name: str) -> None:
        files(tmp_path, {"a file.txt": ""})
        with pytest.raises(CourseError) as caught:
            _found(tmp_path / name)
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
        found = _found(root)
        assert [f.name for f in found.submissions[0].files] == ["a.py"]
        assert _rows(found) == [("ana", "digits")]
        assert _codes(found) == []


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
        found = _found(root)
        assert {s.student for s in found.submissions} == set(self.ODD)
        for submission in found.submissions:
            assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", submission.id)
        assert len({s.id.casefold() for s in found.submissions}) == len(self.ODD)
        assert next(s.id for s in found.submissions if s.student == "Null") == "Null"
        assert next(s.id for s in found.submissions if s.student == "José").startswith("Jose-")

    def test_names_that_differ_by_case_have_ids_that_do_not(self, tmp_path: Path) -> None:
        root = files(tmp_path / "in", {"digits/Ana.py": "x", "digits/ana.py": "x", "digits/ANA/a.py": "x"})
        ids = [s.id for s in _found(root).submissions]
        assert len({i.casefold() for i in ids}) == 3

    def test_a_name_that_is_no_utf8_has_a_row(self, tmp_path: Path) -> None:
        folder = tmp_path / "in" / "digits"
        folder.mkdir(parents=True)
        (folder / os.fsdecode(b"jos\xe9.py")).write_text("x")
        assert _one(tmp_path / "in").id.startswith("jos-")

    @pytest.mark.parametrize("place", ["digits/{}/a.py", "{}/digits/a.py", "{}/digits.py", "digits/{}.py"])
    def test_two_folders_of_one_name_spelt_in_two_ways_are_two_students(
        self, tmp_path: Path, place: str
    ) -> None:
        names = ("Jose\u0301", "Jos\u00e9")
        found = _found(files(tmp_path / "in", {place.format(name): "x" for name in names}))
        assert _rows(found) == [(name, "digits") for name in names]
        assert len({s.id for s in found.submissions}) == 2
        only = _found(tmp_path / "in", only=["Jos\u00e9"])
        assert len(only.submissions) == 2

    def test_a_mac_and_a_linux_spelling_of_one_name_are_one_student(self, tmp_path: Path) -> None:
        root = files(tmp_path / "in", {"digits/Jose\u0301/a.py": "x", "Jos\u00e9/digits/b.py": "y"})
        found = _found(root)
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
        found = _found(files(tmp_path / "in", {"Jose\u0301/digits.py": "x"}))
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


class TestMainFile:
    @pytest.mark.parametrize(
        ("handed_in", "main", "told"),
        [
            ({"qualquer.py": "x"}, "qualquer.py", []),
            ({"digits.py": "x", "treino.py": TRAINS}, "digits.py", []),
            ({"Digits.ipynb": a_notebook("x"), "treino.py": TRAINS}, "Digits.ipynb", []),
            ({"mnist_dense.py": "", "digits.py": "x", "util.py": ""}, "digits.py", []),
            ({"util.py": "", "treino.py": TRAINS}, "treino.py", []),
            ({"a.py": TRAINS, "b.py": TRAINS}, "a.py", ["GR124"]),
            ({"a.py": "x", "b.py": ""}, "a.py", ["GR124"]),
            ({"a.py": TRAINS, "b.ipynb": a_notebook(TRAINS)}, "b.ipynb", ["GR124"]),
            ({"sub/digits.py": "", "digits.py": "x"}, "digits.py", ["GR124"]),
            ({"digits.py": TRAINS, "digits-1.py": TRAINS, "digits-2.py": TRAINS}, "digits-2.py", ["GR162"]),
            ({"digits-2.py": "x", "digits-10.py": "x"}, "digits-10.py", ["GR162"]),
            ({"treino.py": TRAINS, "treino (1).py": "x", "util.py": ""}, "treino (1).py", ["GR162"]),
            ({"digits.py": "x", "Cópia de digits.py": "x"}, "Cópia de digits.py", ["GR162"]),
            ({"digits.py": "x", "digits - Copy.py": "x"}, "digits - Copy.py", ["GR162"]),
            ({"digits.py": "x", "digits - Cópia (2).py": "x"}, "digits - Cópia (2).py", ["GR162"]),
            ({"parte-1.py": TRAINS, "parte-2.py": TRAINS}, "parte-1.py", ["GR124"]),
            ({"digits.ipynb": a_notebook(TRAINS), "digits (1).ipynb": ""}, "digits.ipynb", ["GR162"]),
            ({"digits.py": TRAINS, "digits_util.py": "", "12.py": ""}, "digits.py", []),
            ({"digits_util.py": "", "treino.py": TRAINS}, "treino.py", []),
            ({"a1-pele-ana.py": TRAINS, "l1_digits_ana.py": TRAINS}, "l1_digits_ana.py", []),
            ({"digits.py": "x", "Digits.py": TRAINS}, "digits.py", []),
            ({"A.PY": "x = 1"}, "A.PY", []),
        ],
    )
    def test_which_program_is_run(
        self, tmp_path: Path, handed_in: dict[str, str | bytes], main: str, told: list[str]
    ) -> None:
        root = files(tmp_path / "in", {f"ana/digits/{name}": c for name, c in handed_in.items()})
        submission = _one(root)
        assert submission.main == main
        assert [f.code for f in submission.findings] == told
        assert {f.name for f in submission.files} == set(handed_in)

    def test_siblings_are_staged_beside_it(self, tmp_path: Path) -> None:
        names = {"digits.py": b"import util", "util.py": b"", "img/a.png": b"\x89PNG", "notes.txt": b""}
        submission = _one(files(tmp_path / "in", {f"ana/digits/{n}": c for n, c in names.items()}))
        assert {f.name: f.path.read_bytes() for f in submission.files} == names

    def test_the_digest_is_of_names_and_bytes_and_not_of_places(self, tmp_path: Path) -> None:
        one = _one(files(tmp_path / "1", {"ana/digits/a.py": "x", "ana/digits/b.txt": ""}))
        same = _one(files(tmp_path / "2", {"digits/bia/a.py": "x", "digits/bia/b.txt": ""}))
        other = _one(files(tmp_path / "3", {"ana/digits/a.py": "x", "ana/digits/c.txt": ""}))
        assert one.digest == same.digest != other.digest

    def test_a_notebook_is_run_normalised_and_named_by_what_was_handed_in(self, tmp_path: Path) -> None:
        submission = _one(files(tmp_path / "in", {"digits/ana.ipynb": a_notebook("x = 1")}))
        (file,) = submission.files
        assert b"outputs" not in file.path.read_bytes()
        assert file.size == len(a_notebook("x = 1"))

    def test_the_folder_around_everything_is_taken_off(self, tmp_path: Path) -> None:
        content = a_zip({"tarefa/final/main.py": "x", "tarefa/final/img/a.png": "x"})
        submission = _one(files(tmp_path / "in", {"digits/ana.zip": content}))
        assert {f.name for f in submission.files} == {"main.py", "img/a.png"}

    def test_an_archive_beside_a_program_is_the_programs_own(self, tmp_path: Path) -> None:
        root = files(
            tmp_path / "in", {"ana/digits/a.py": "x", "ana/digits/noisynote.zip": b"even a broken one"}
        )
        assert {f.name for f in _one(root).files} == {"a.py", "noisynote.zip"}

    def test_a_work_that_was_packed_twice_is_read(self, tmp_path: Path) -> None:
        inner = a_zip({"tarefa/main.py": "x", "tarefa/util.py": ""})
        submission = _one(
            files(tmp_path / "in", {"digits/ana.zip": a_zip({"tarefa.zip": inner, "a.txt": ""})})
        )
        assert submission.main == "tarefa/main.py"
        assert {f.name for f in submission.files} == {"tarefa/main.py", "tarefa/util.py", "a.txt"}

    def test_a_file_and_a_folder_of_one_name_do_not_meet(self, tmp_path: Path) -> None:
        submission = _one(
            files(tmp_path / "in", {"digits/ana.zip": a_zip({"a": "x", "a/b.py": "x", "c.py": TRAINS})})
        )
        assert {f.name for f in submission.files} == {"a/b.py", "c.py"}
        assert [f.code for f in submission.findings] == ["GR141"]


class TestUnreadable:
    @pytest.mark.parametrize(
        ("name", "content", "code"),
        [
            ("ana.pdf", b"%PDF", "GR122"),
            ("ana.tar.gz", b"\x1f\x8b", "GR144"),
            ("ana.rar", b"Rar!", "GR144"),
            ("ana.zip", b"Rar!\x1a", "GR145"),
            ("ana.zip", a_zip({"notes.txt": "x"}), "GR122"),
            ("ana.zip", a_zip({"a.zip": a_zip({"b.zip": a_zip({"a.py": "x"})})}), "GR122"),
            ("ana.zip", a_zip({"a.zip": a_zip({"a.py": "x"}), "b.zip": b""}), "GR122"),
            ("ana.docx", a_zip({"word/document.xml": "x"}), "GR122"),
            ("ana.html", b"<p>", "GR122"),
            ("ana.ipynb", b"import numpy", "GR131"),
            ("ana.ipynb", b"", "GR138"),
            ("ana.py", "x = 1".encode("utf-16")[2:], "GR135"),
            ("ana.py", "x = 1".encode("utf-32"), "GR135"),
            ("ana.R", b"library(keras)", "GR122"),
            ("ana/notes.txt", b"x", "GR122"),
            ("ana/a.tgz", b"\x1f\x8b", "GR144"),
        ],
    )
    def test_what_cannot_be_run_is_a_row_with_its_reason(
        self, tmp_path: Path, name: str, content: bytes, code: str
    ) -> None:
        unreadable = _none(files(tmp_path / "in", {f"digits/{name}": content}))
        assert unreadable.finding.code == code
        assert (unreadable.student, unreadable.assignment) in [("ana", "digits"), (name, "digits")]

    @pytest.mark.parametrize("name", ["ana.pdf", "ana.DOCX", "ana.html", "ana.rar", "ana.tar.gz", "ana.jl"])
    def test_whoever_handed_in_something_else_is_a_row_and_told_what(self, tmp_path: Path, name: str) -> None:
        unreadable = _none(files(tmp_path / "in", {name: b"x"}), ["digits"])
        assert unreadable.student == "ana"
        assert Path(name).suffix in unreadable.finding.message.en

    def test_a_report_beside_the_program_is_the_same_students(self, tmp_path: Path) -> None:
        submission = _one(files(tmp_path / "in", {"ana.py": "x", "ana.pdf": b"%PDF"}), ["digits"])
        assert {f.name for f in submission.files} == {"ana.py", "ana.pdf"}

    def test_an_empty_folder_is_a_row(self, tmp_path: Path) -> None:
        (tmp_path / "in" / "ana" / "digits").mkdir(parents=True)
        assert _none(tmp_path / "in").finding.code == "GR122"

    def test_a_folder_called_like_a_file_is_the_students_folder(self, tmp_path: Path) -> None:
        (tmp_path / "in" / "digits" / "ana.py").mkdir(parents=True)
        unreadable = _none(tmp_path / "in")
        assert (unreadable.student, unreadable.finding.code) == ("ana", "GR122")

    def test_why_nothing_could_be_taken_from_an_archive_is_told(self, tmp_path: Path) -> None:
        unreadable = _none(files(tmp_path / "in", {"digits/ana.zip": a_zip({"../a.py": "x"})}))
        assert "its name points outside the folder" in unreadable.finding.message.en

    def test_a_hundred_megabytes_are_the_most(self, tmp_path: Path) -> None:
        root = files(tmp_path / "in", {"ana/digits/a.py": "x"})
        with (root / "ana/digits/model.h5").open("wb") as stream:
            stream.truncate(100 * 2**20 + 1)
        assert _none(root).finding.code == "GR125"

    def test_two_hundred_files_are_the_most(self, tmp_path: Path) -> None:
        root = files(tmp_path / "in", {f"ana/digits/{n}.py": "x" for n in range(201)})
        assert _none(root).finding.code == "GR146"

    def test_archives_together_may_not_hold_more_than_one(self, tmp_path: Path) -> None:
        half = {f"{n}.py": "x" for n in range(120)}
        archives = {f"ana/digits/{n}.zip": a_zip({f"{n}/{k}": v for k, v in half.items()}) for n in range(2)}
        assert _none(files(tmp_path / "in", archives)).finding.code == "GR146"

    def test_the_others_are_read_all_the_same(self, tmp_path: Path) -> None:
        root = files(tmp_path / "in", {"digits/ana.ipynb": b"{", "digits/bia.py": "x"})
        found = _found(root)
        assert [s.student for s in found.submissions] == ["bia"]
        assert [u.student for u in found.unreadable] == ["ana"]


class TestSpecialFiles:
    def test_links_are_neither_followed_nor_silent(self, tmp_path: Path) -> None:
        secret = files(tmp_path / "secret", {"labels.py": "QY = 1"})
        root = files(tmp_path / "in", {"ana/digits/a.py": "x"})
        (root / "ana/digits/b.py").symlink_to(secret / "labels.py")
        (root / "ana/digits/c").symlink_to(secret)
        (root / "ana/digits/d.py").symlink_to(root / "nowhere")
        submission = _one(root)
        assert [f.name for f in submission.files] == ["a.py"]
        assert [f.code for f in submission.findings] == ["GR123"] * 3

    def test_a_link_alone_is_a_row_that_says_why(self, tmp_path: Path) -> None:
        root = tmp_path / "in"
        (root / "digits").mkdir(parents=True)
        (root / "digits/ana.py").symlink_to("/etc/passwd")
        unreadable = _none(root)
        assert unreadable.student == "ana"
        assert "not a plain file" in unreadable.finding.message.en

    def test_a_link_for_a_students_folder_is_told(self, tmp_path: Path) -> None:
        files(tmp_path / "elsewhere", {"digits/a.py": "x"})
        (tmp_path / "in").mkdir()
        (tmp_path / "in" / "ana").symlink_to(tmp_path / "elsewhere")
        assert _codes(_found(tmp_path / "in")) == ["GR123"]

    def test_a_pipe_is_not_waited_for(self, tmp_path: Path) -> None:
        root = files(tmp_path / "in", {"ana/digits/a.py": "x"})
        os.mkfifo(root / "ana/digits/b.py")
        os.mkfifo(root / "pipe.py")
        begun = time.perf_counter()
        found = _found(root)
        assert time.perf_counter() - begun < 20
        assert [f.code for f in (*found.findings, *found.submissions[0].findings)] == ["GR123"] * 2

    def test_a_socket_is_not_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        root = files(tmp_path / "in", {"ana/digits/a.py": "x"})
        monkeypatch.chdir(root / "ana/digits")  # a socket's path may not be long
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("b.py")
        assert [f.code for f in _one(root).findings] == ["GR123"]

    def test_folders_are_followed_only_so_deep(self, tmp_path: Path) -> None:
        deep = "/".join("abcdefghijkl")
        root = files(tmp_path / "in", {f"ana/digits/{deep}/x.txt": "x", "ana/digits/a.py": "x"})
        assert [f.code for f in _one(root).findings] == ["GR147"]


@pytest.fixture
def everybodys() -> Iterator[Path]:
    """Yield a folder that an ordinary user can reach, whoever runs the tests."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


def _open_to_all(folder: Path) -> None:
    for path in folder.rglob("*"):
        path.chmod(0o755)


@contextmanager
def _as_ordinary_user() -> Iterator[None]:
    """Act for a while as somebody whom permissions bind; root is bound by none."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        if user == 0:
            os.seteuid(0)


@pytest.mark.parametrize("place", ["ana/digits", "ana/digits/a.py", "ana", "digits"])
def test_what_may_not_be_read_is_told(place: str, everybodys: Path) -> None:
    root = files(everybodys / "in", {"ana/digits/a.py": "x", "digits/bia.py": "x", "digits/carla/a.py": "x"})
    _open_to_all(everybodys)
    (root / place).chmod(0)
    try:
        with _as_ordinary_user():
            found = _found(root)
    finally:
        (root / place).chmod(0o755)
    told = [*found.findings, *(u.finding for u in found.unreadable)]
    assert [f.code for f in told] == ["GR128"]
    assert "permission denied" in told[0].message.en
    assert "permissão negada" in told[0].message.pt


def test_ten_thousand_files_are_read_in_seconds(tmp_path: Path) -> None:
    root = tmp_path / "in"
    root.mkdir()
    for number in range(10_000):
        (root / f"student {number}.py").write_bytes(b"x = 1\n")
    begun = time.perf_counter()
    found = _found(root, ["digits"])
    assert len(found.submissions) == 10_000
    assert time.perf_counter() - begun < 20


class TestSingle:
    def test_a_file_is_its_own_submission(self, tmp_path: Path) -> None:
        files(tmp_path, {"work/digits.ipynb": a_notebook("x"), "work/other.py": ""})
        read = read_single(tmp_path / "work/digits.ipynb", "digits", student="me", intake=tmp_path / "in")
        assert isinstance(read, Submission)
        assert [f.name for f in read.files] == ["digits.ipynb"]

    def test_a_folder_is_read_whole(self, tmp_path: Path) -> None:
        files(tmp_path, {"work/digits.py": "import util", "work/util.py": ""})
        read = read_single(tmp_path / "work", "digits", student="me", intake=tmp_path / "in")
        assert isinstance(read, Submission)
        assert {f.name for f in read.files} == {"digits.py", "util.py"}

    def test_a_link_that_was_named_by_hand_is_followed(self, tmp_path: Path) -> None:
        files(tmp_path, {"work/digits.py": "x"})
        (tmp_path / "latest.py").symlink_to(tmp_path / "work/digits.py")
        read = read_single(tmp_path / "latest.py", "digits", student="me", intake=tmp_path / "in")
        assert isinstance(read, Submission)

    def test_a_path_from_here_is_kept_whole(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        files(tmp_path, {"digits.py": "x"})
        monkeypatch.chdir(tmp_path)
        read = read_single(Path("digits.py"), "digits", student="me", intake=Path("in"))
        assert isinstance(read, Submission)
        assert read.files[0].path.is_absolute()


@pytest.mark.parametrize("content", ["", " \n\t\n", "\ufeff"], ids=["nothing", "blanks", "a mark"])
@pytest.mark.parametrize("name", ["digits.py", "digits.ipynb"])
def test_a_script_of_nothing_is_told_like_a_notebook_of_nothing(
    tmp_path: Path, name: str, content: str
) -> None:
    found = _found(files(tmp_path / "in", {f"ana/digits/{name}": content}))
    assert [one.finding.code for one in found.unreadable] == ["GR138"]
    assert found.submissions == ()


def test_a_near_miss_is_a_question_of_its_own(tmp_path: Path) -> None:
    found = _found(files(tmp_path / "in", {"ana/digits/a.py": "x", "ana/digts/a.py": "x"}))
    (told,) = found.findings
    assert told.message.en.endswith("; did you mean 'digits'?")


@pytest.mark.parametrize(
    ("name", "lies"),
    [
        ("ana/digits/a.py", "ana/digits/a.py"),
        ("ana/digits/work/a.py", "ana/digits/work/a.py"),
        ("digits/ana.py", "digits/ana.py"),
    ],
)
def test_a_submission_knows_where_its_program_lay(tmp_path: Path, name: str, lies: str) -> None:
    (one,) = _found(files(tmp_path / "in", {name: "x = 1"})).submissions
    assert one.handed_in == lies


def test_a_program_in_a_zip_lies_where_the_zip_lies(tmp_path: Path) -> None:
    (one,) = _found(files(tmp_path / "in", {"ana/digits/a.zip": a_zip({"a.py": "x = 1"})})).submissions
    assert (one.main, one.handed_in) == ("a.py", "ana/digits/a.zip")
