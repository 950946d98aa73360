import errno
import shutil
import subprocess
from pathlib import Path

import pytest

import grader.authoring.begin_course as begin
from grader.cli.main import run
from grader.files.write_folder import is_free, write_folder
from tests.unit.authoring.courses import ROOT, flaws

Told = pytest.CaptureFixture[str]
GIT = shutil.which("git") or "git"
BEGUN = ROOT / "grader" / "authoring" / "begun"


def _files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("language", ["pt-BR", "en"])
def test_a_new_course_is_clean_and_speaks_the_language_it_was_begun_in(
    tmp_path: Path, language: str, capsys: Told
) -> None:
    course = tmp_path / "deep" / 'a "course"'
    assert run(["init", str(course), "--lang", language]) == 0
    assert "grader grade submissions/" in capsys.readouterr().out
    assert flaws(course) == []
    assert run(["lint", "-C", str(course)]) == 0
    readme = (course / "README.md").read_text(encoding="utf-8")
    assert readme.startswith('# a "course"\n')
    assert ("quem dá o curso" in readme) == (language == "pt-BR")
    assert f'language = "{language}"' in (course / "course.toml").read_text(encoding="utf-8")
    assert {".gitignore", ".github/workflows/course.yml"} <= set(_files(course))


def test_an_empty_folder_that_one_stands_in_becomes_the_course(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["init", ".", "--name", "Redes"]) == 0
    assert 'name = "Redes"' in Path("course.toml").read_text(encoding="utf-8")
    assert not list(tmp_path.glob(".grader-*"))


@pytest.mark.parametrize("there", ["notes.txt", ".github/x.yml", "assignments/x/README.md"])
def test_nothing_is_written_over_anything(tmp_path: Path, there: str, capsys: Told) -> None:
    (tmp_path / there).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / there).write_text("mine", encoding="utf-8")
    assert run(["init", str(tmp_path), "--lang", "en"]) == 2
    assert "is not empty" in capsys.readouterr().err
    assert _files(tmp_path) == {there: b"mine"}


def test_a_repository_without_a_file_becomes_the_course(tmp_path: Path) -> None:
    subprocess.run([GIT, "init", "-q", tmp_path], check=True)
    assert run(["init", str(tmp_path)]) == 0
    assert (tmp_path / ".git" / "HEAD").is_file()
    assert (tmp_path / "course.toml").is_file()


def test_a_file_of_that_name_is_no_free_folder(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("", encoding="utf-8")
    (tmp_path / "b").symlink_to(tmp_path / "nowhere")
    assert [is_free(tmp_path / name) for name in ("a", "b", "c")] == [False, False, True]


def test_a_folder_that_cannot_be_written_whole_is_left_as_it_was(tmp_path: Path) -> None:
    too_long = "x" * 300
    with pytest.raises(OSError) as told:  # noqa: PT011 - of its number
        write_folder(tmp_path / "new", {"a": b"1", too_long: b"2"})
    assert told.value.errno == errno.ENAMETOOLONG
    assert not (tmp_path / "new").exists()
    (tmp_path / "old").mkdir()
    with pytest.raises(OSError, match=too_long):
        write_folder(tmp_path / "old", {"a": b"1", too_long: b"2"})
    assert _files(tmp_path / "old") == {}


def test_what_students_hand_in_and_what_is_kept_stay_out_of_the_repository(tmp_path: Path) -> None:
    assert run(["init", str(tmp_path / "c")]) == 0
    kept = ["submissions/exemplo/digits/digits.py", "assignments/digits/README.md"]
    out = [".grader/x", "reports/index.html", "submissions/ana/digits/digits.py", "gradebook/x"]
    subprocess.run([GIT, "init", "-q"], cwd=tmp_path / "c", check=True)
    told = subprocess.run(
        [GIT, "check-ignore", *kept, *out], cwd=tmp_path / "c", check=True, capture_output=True, text=True
    )
    assert told.stdout.splitlines() == out


def test_the_assignment_of_a_new_course_is_ours_byte_for_byte() -> None:
    """``cp`` both folders to ``grader/authoring/begun``, with ``.txt`` after each name, where this fails."""
    for part in ("assignments", "reference_solutions"):
        packed = {name.removesuffix(".txt"): content for name, content in _files(BEGUN / part).items()}
        ours = {f"digits/{name}": content for name, content in _files(ROOT / part / "digits").items()}
        assert packed == ours


def test_every_file_of_a_new_course_has_a_place() -> None:
    assert {f"{name}.txt" for name in (*begin.PLACES, *begin.READMES.values())} == {
        path.name for path in BEGUN.iterdir() if path.is_file()
    }


@pytest.mark.parametrize(
    ("name", "shown"), [("a\nb\x1b[31m", "a b"), ("\udcff", "Course"), ("x" * 999, "x" * 200)]
)
def test_a_name_that_no_page_could_show_is_cleaned(tmp_path: Path, name: str, shown: str) -> None:
    course = tmp_path / "course"
    assert run(["init", str(course), "--lang", "en", "--name", name]) == 0
    assert (course / "README.md").read_text(encoding="utf-8").startswith(f"# {shown}\n")
    assert f'name = "{shown}"\n' in (course / "course.toml").read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_looked_into_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Told
) -> None:
    def refused(folder: Path) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied", str(folder))

    monkeypatch.setattr(begin, "is_free", refused)
    assert run(["init", str(tmp_path / "course"), "--lang", "pt-BR"]) == 3
    assert "Permission denied" not in capsys.readouterr().err
