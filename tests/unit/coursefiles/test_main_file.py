"""Which of a student's files is the program, and a single file as a submission."""

from pathlib import Path

import pytest

from grader.coursefiles.find_submissions import read_single
from grader.model.submission import Submission
from tests.unit.coursefiles.folder_read import (
    alone,
    taken,
)
from tests.unit.coursefiles.written import a_notebook, a_zip, files

TRAINS = "model.fit(AX, AY)\n"


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
        submission = alone(root)
        assert submission.main == main
        assert [f.code for f in submission.findings] == told
        assert {f.name for f in submission.files} == set(handed_in)

    def test_siblings_are_staged_beside_it(self, tmp_path: Path) -> None:
        names = {"digits.py": b"import util", "util.py": b"", "img/a.png": b"\x89PNG", "notes.txt": b""}
        submission = alone(files(tmp_path / "in", {f"ana/digits/{n}": c for n, c in names.items()}))
        assert {f.name: f.path.read_bytes() for f in submission.files} == names

    def test_the_digest_is_of_names_and_bytes_and_not_of_places(self, tmp_path: Path) -> None:
        one = alone(files(tmp_path / "1", {"ana/digits/a.py": "x", "ana/digits/b.txt": ""}))
        same = alone(files(tmp_path / "2", {"digits/bia/a.py": "x", "digits/bia/b.txt": ""}))
        other = alone(files(tmp_path / "3", {"ana/digits/a.py": "x", "ana/digits/c.txt": ""}))
        assert one.digest == same.digest != other.digest

    def test_a_notebook_is_run_normalised_and_named_by_what_was_handed_in(self, tmp_path: Path) -> None:
        submission = alone(files(tmp_path / "in", {"digits/ana.ipynb": a_notebook("x = 1")}))
        (file,) = submission.files
        assert b"outputs" not in file.path.read_bytes()
        assert file.size == len(a_notebook("x = 1"))

    def test_the_folder_around_everything_is_taken_off(self, tmp_path: Path) -> None:
        content = a_zip({"tarefa/final/main.py": "x", "tarefa/final/img/a.png": "x"})
        submission = alone(files(tmp_path / "in", {"digits/ana.zip": content}))
        assert {f.name for f in submission.files} == {"main.py", "img/a.png"}

    def test_an_archive_beside_a_program_is_the_programs_own(self, tmp_path: Path) -> None:
        root = files(
            tmp_path / "in", {"ana/digits/a.py": "x", "ana/digits/noisynote.zip": b"even a broken one"}
        )
        assert {f.name for f in alone(root).files} == {"a.py", "noisynote.zip"}

    def test_a_work_that_was_packed_twice_is_read(self, tmp_path: Path) -> None:
        inner = a_zip({"tarefa/main.py": "x", "tarefa/util.py": ""})
        submission = alone(
            files(tmp_path / "in", {"digits/ana.zip": a_zip({"tarefa.zip": inner, "a.txt": ""})})
        )
        assert submission.main == "tarefa/main.py"
        assert {f.name for f in submission.files} == {"tarefa/main.py", "tarefa/util.py", "a.txt"}

    def test_a_file_and_a_folder_of_one_name_do_not_meet(self, tmp_path: Path) -> None:
        submission = alone(
            files(tmp_path / "in", {"digits/ana.zip": a_zip({"a": "x", "a/b.py": "x", "c.py": TRAINS})})
        )
        assert {f.name for f in submission.files} == {"a/b.py", "c.py"}
        assert [f.code for f in submission.findings] == ["GR141"]


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
    found = taken(files(tmp_path / "in", {f"ana/digits/{name}": content}))
    assert [one.finding.code for one in found.unreadable] == ["GR138"]
    assert found.submissions == ()


def test_a_near_miss_is_a_question_of_its_own(tmp_path: Path) -> None:
    found = taken(files(tmp_path / "in", {"ana/digits/a.py": "x", "ana/digts/a.py": "x"}))
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
    (one,) = taken(files(tmp_path / "in", {name: "x = 1"})).submissions
    assert one.handed_in == lies


def test_a_program_in_a_zip_lies_where_the_zip_lies(tmp_path: Path) -> None:
    (one,) = taken(files(tmp_path / "in", {"ana/digits/a.zip": a_zip({"a.py": "x = 1"})})).submissions
    assert (one.main, one.handed_in) == ("a.py", "ana/digits/a.zip")
