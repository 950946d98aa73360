import hashlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from grader.cli.doctor import _course, _data
from grader.cli.main import COMMANDS, run
from grader.storage.run_store import open_store
from tests.unit.cli.typed import (  # noqa: F401 - fixtures
    Told,
    english,
    says,
)
from tests.unit.coursefiles.written import VALID, a_course
from tests.unit.datasets.own_data import OwnData
from tests.unit.runtimes.test_runtimes import installed

ROOT = Path(__file__).parents[3]
SPLIT = """
reader = "csv"
[table]
target = "kind"
[split]
by = "files"
train = { table = "all.csv" }
test = { inputs = "all.csv", target = "labels.csv" }
"""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("grad", "error GR851: there is no command grad; there are: grade, check"),
        ("grad", "; did you mean 'grade'?"),
        ("data fech", "there is no command fech; there are: fetch, list, verify; did you mean 'fetch'?"),
        ("grade", "error GR852: SUBMISSIONS is missing"),
        ("grade in --jbs 3", "error GR850: there is no option --jbs; did you mean '--jobs'?"),
        ("--froce", "error GR850: there is no option --froce"),
        ("grade in -j 0", "-j/--jobs: needed is a whole number from 1 to 64"),
        ("grade in -j two", "-j/--jobs: needed is a whole number from 1 to 64"),
        ("grade in -j", "error GR854: the option -j needs a value"),
        ("grade in --fail-under most", "--fail-under: needed is a number"),
        ("grade one two", "error GR855: left over on the command line: two"),
        ("grade --lang fr in", "--lang: needed is one of these: pt-BR, en"),
        ("check nowhere.py", "FILE: needed is a path that exists (nowhere.py)"),
        ("check --lang pt-BR", "falta ARQUIVO"),
        ("grade --lang pt-BR", "uso: grader grade [OPÇÕES] ENTREGAS"),
        ("calibrate x --format yaml", "--format: needed is one of these: text, json"),
        ("runtime install kears3", "did you mean 'keras3'?"),
        ("data fetch mnits", 'Did you mean "mnist"?'),
    ],
)
def test_what_is_typed_wrong_is_told_with_status_2(capsys: Told, line: str, said: str) -> None:
    status, out, err = says(capsys, *line.split())
    assert (status, out) == (2, "")
    assert said in err


def test_how_a_command_is_called_stands_below_the_mistake(capsys: Told) -> None:
    _, _, err = says(capsys, "grade")
    assert "usage: grader grade [OPTIONS] SUBMISSIONS   (help: grader grade --help)" in err


def test_no_command_at_all_gets_the_help(capsys: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(COMMANDS, "end")  # it is no command of people's, and has no words
    status, out, err = says(capsys)
    assert (status, out) == (2, "")
    assert "Usage: grader" in err


@pytest.mark.parametrize("command", ["grade", "check", "calibrate"])
def test_without_a_course_nothing_is_done(capsys: Told, command: str, tmp_path: Path) -> None:
    (tmp_path / "work.py").write_text("")
    status, _, err = says(capsys, command, "work.py")
    assert status == 2
    assert err.startswith("error GR100: there is no course")


def test_an_unknown_assignment_is_told_with_its_near_miss(capsys: Told, tmp_path: Path) -> None:
    a_course(tmp_path)
    status, _, err = says(capsys, "grade", "in", "-a", "mnist-dens")
    assert status == 2
    assert err.startswith("error GR111: there is no assignment mnist-dens in this course; there are: ")
    assert err.endswith("did you mean 'mnist-dense'?\n")


def test_every_mistake_of_a_course_is_a_line(capsys: Told, tmp_path: Path) -> None:
    a_course(tmp_path, VALID.replace("below", "bellow").replace('"mnist"', '"mnits"'))
    status, _, err = says(capsys, "grade", "in")
    assert status == 2
    assert {line.split(":")[0] for line in err.splitlines()} == {"error GR102", "error GR105", "error GR107"}


def test_a_metric_that_does_not_exist_is_told_where_it_stands(capsys: Told, tmp_path: Path) -> None:
    a_course(tmp_path, VALID.replace('"error_rate"', '"errorrate"'))
    status, _, err = says(capsys, "grade", "in")
    assert status == 2
    assert "error GR105: assignments/mnist-dense/assignment.toml, check.error.metric: there is no " in err
    assert err.count("error ") == 1


def test_an_export_that_cannot_be_written_is_told_before_anything_is_run(
    capsys: Told, tmp_path: Path
) -> None:
    a_course(tmp_path)
    status, _, err = says(capsys, "grade", "nowhere", "--export", "junitt", "--export", "md=mnist-dense")
    assert status == 2
    assert (
        "error GR295: no installed plugin is called 'junitt' (grader.exporters); did you mean 'junit'?" in err
    )
    assert "error GR858: --export md: mnist-dense is something else in the reports folder already" in err


def test_submissions_that_are_not_there_are_told(capsys: Told, tmp_path: Path) -> None:
    a_course(tmp_path)
    status, _, err = says(capsys, "grade", "nowhere")
    assert status == 2
    assert "error GR120: the submissions folder nowhere does not exist" in err


def test_a_student_who_handed_nothing_in_is_told_apart_from_an_empty_class(
    capsys: Told, tmp_path: Path
) -> None:
    a_course(tmp_path)
    (tmp_path / "in" / "ana" / "mnist-dense").mkdir(parents=True)
    (tmp_path / "in" / "ana" / "mnist-dense" / "work.py").write_text("")
    status, _, err = says(capsys, "grade", "in", "--only", "anna", "--only", "bia")
    assert status == 2
    assert "error GR829: in holds no submission of anna, bia." in err
    (tmp_path / "empty").mkdir()
    assert "error GR814: no submission found in empty." in says(capsys, "grade", "empty")[2]


@pytest.mark.parametrize(
    ("option", "value"),
    [("--timeout", "0 min"), ("--timeout", "5"), ("--memory", "0 GiB"), ("--memory", "4 GB")],
)
def test_a_limit_that_is_none_is_told(capsys: Told, tmp_path: Path, option: str, value: str) -> None:
    a_course(tmp_path)
    status, _, err = says(capsys, "grade", "in", option, value)
    assert status == 2
    assert value in err


def test_a_second_grading_of_a_course_ends_with_status_3(capsys: Told, tmp_path: Path) -> None:
    a_course(tmp_path)
    (tmp_path / "in").mkdir()
    with open_store(tmp_path / ".grader"):
        status, _, err = says(capsys, "grade", "in")
    assert (status, err[:11]) == (3, "error GR801")


@pytest.mark.parametrize(
    ("how", "status", "said"),
    [
        ("four", 4, ""),
        ("interrupt", 130, "error GR820: "),
        ("storage", 3, "error GR800: could not write to /x: full\n"),
        ("course", 2, "error GR112: /a: the course has no assignment"),
        ("course", 2, "error GR112: /b: the course has no assignment"),
        ("disk", 3, "error GR891: the system refused: no space is left on the disk (/x/results.json)."),
        ("mistake", 3, "error GR890: something went wrong inside the grader; it is not your fault"),
        ("mistake", 3, "GRADER_DEBUG=1"),
        ("value", 3, "error GR890: "),
        ("pipe", 141, ""),
    ],
)
def test_however_a_command_ends_a_person_is_told_in_a_line(
    capsys: Told, how: str, status: int, said: str
) -> None:
    got, out, err = says(capsys, "end", how)
    assert (got, out) == (status, "")
    assert said in err
    assert "\x1b" not in err


def test_whoever_wants_to_see_a_mistake_of_ours_sees_it_whole(
    capsys: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_DEBUG", "1")
    assert run(["end", "mistake"]) == 3
    err = capsys.readouterr().err
    assert "Traceback (most recent call last)" in err
    assert "ending_badly.py" in err


def test_check_tells_every_status_it_ends_with(capsys: Told) -> None:
    told = " ".join(says(capsys, "check", "--help")[1].split())
    assert (
        "0 passed, 1 failed, 2 usage or bad course, 3 could not be graded, 4 inconclusive, 130 interrupted"
        in told
    )


@pytest.mark.parametrize("command", list(COMMANDS))
def test_what_is_to_be_typed_is_named_in_portuguese_too(capsys: Told, command: str) -> None:
    told = says(capsys, command, "--help", "--lang", "pt-BR")[1]
    assert re.findall(r"\b(FILE|DIR|SUBMISSIONS|STUDENT|ASSIGNMENT|CERTIFICATE|CODE|SLUG|NAME)\b", told) == []


def test_the_version_is_the_installed_one(capsys: Told) -> None:
    assert says(capsys, "--version") == (0, f"grader {version('grader')}\n", "")


def test_schemas_are_written_where_they_are_wanted(capsys: Told, tmp_path: Path) -> None:
    status, out, err = says(capsys, "schema", "-o", str(tmp_path / "new" / "folder"))
    assert (status, out) == (0, "")
    written = sorted(p.name for p in (tmp_path / "new" / "folder").iterdir())
    assert written == [
        "assignment.schema.json",
        "certificate-v1.schema.json",
        "dataset.schema.json",
        "results-v1.schema.json",
        "verification-v1.schema.json",
    ]
    assert err.count("schema written to") == 5


class TestInstallingRuntimes:
    @pytest.fixture(autouse=True)
    def _installed(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("GRADER_CACHE_DIR", str(tmp_path / "cache"))
        installed(tmp_path / "cache")

    def test_what_is_there_is_told(self, capsys: Told) -> None:
        status, out, err = says(capsys, "runtime", "install", "keras3", "keras2")
        assert (status, out) == (0, "")
        assert err.count("ready at") == 2

    def test_quietly_nothing_is_said_of_what_is_there(self, capsys: Told) -> None:
        assert says(capsys, "runtime", "install", "--quiet", "keras3", "keras2") == (0, "", "")
        assert says(capsys, "runtime", "install", "-q") == (0, "", "")

    def test_a_wrong_name_stops_before_anything_is_installed(self, capsys: Told, tmp_path: Path) -> None:
        (tmp_path / "cache").rename(tmp_path / "elsewhere")
        status, _, err = says(capsys, "runtime", "install", "keras3", "keras4")
        assert (status, err[:11]) == (2, "error GR701")
        assert not (tmp_path / "cache").exists()

    def test_the_list_tells_what_is_there(self, capsys: Told) -> None:
        status, out, _ = says(capsys, "runtime", "list")
        assert status == 0
        assert [line.split()[:2] for line in out.splitlines()] == [
            ["keras3", "installed"],
            ["keras2", "installed"],
        ]


class TestOpenFolders:
    @pytest.fixture
    def place(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
        """A folder that other users can get to: those of pytest are closed."""
        with tempfile.TemporaryDirectory() as made:
            Path(made).chmod(0o755)
            monkeypatch.chdir(made)
            yield Path(made).resolve()
            monkeypatch.undo()

    def test_outside_a_course_nothing_is_said_of_one(self) -> None:
        assert list(_course()) == []

    def test_a_course_without_a_grading_has_nothing_to_close(self, place: Path) -> None:
        (place / "assignments").mkdir()
        assert list(_course()) == []

    def test_reports_that_stand_open_are_told_with_the_command_that_closes_them(self, place: Path) -> None:
        (place / "assignments").mkdir()
        (place / ".grader").mkdir(mode=0o700)
        (place / "reports").mkdir()
        (place / "reports").chmod(0o755)
        items = {item.id: item for item in _course()}
        assert items["runs-folder"].well
        assert items["runs-folder"].mend is None
        told = items["reports-folder"]
        assert (told.well, told.needed, told.mend) == (False, False, f"chmod -R go-rwx {place / 'reports'}")
        assert "other users of this machine can read" in told.state.en


class TestData:
    @pytest.fixture(autouse=True)
    def _no_data(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("GRADER_CACHE_DIR", str(tmp_path / "cache"))
        monkeypatch.delenv("GRADER_DATA_DIR", raising=False)

    def test_what_is_absent_is_listed_with_the_command_that_brings_it(self, capsys: Told) -> None:
        status, out, err = says(capsys, "data", "list")
        assert (status, err) == (0, "")
        assert "absent: grader data fetch mnist" in out
        assert "needs no file" in out

    def test_a_courses_own_files_are_verified_with_the_others(self, capsys: Told, tmp_path: Path) -> None:
        own = OwnData(tmp_path)
        own.public("all.csv", "x,kind\n1,oak\n2,pine\n")
        own.hidden("labels.csv", "kind\noak\n")
        own.define(SPLIT)
        status, out, _ = says(capsys, "data", "verify", "trees")
        assert status == 0
        rows = {tuple(line.split()[:2]): line for line in out.splitlines()}
        assert " ok (" in rows["trees", "all.csv"]
        assert "hidden, without a SHA-256 to compare with" in rows["trees", "labels.csv"]
        assert "trees" in says(capsys, "data", "list")[1]
        assert "trees" in says(capsys, "data", "list", "-C", str(tmp_path))[1]

    def test_an_own_file_that_changed_or_is_gone_is_told_with_what_mends_it(
        self, capsys: Told, tmp_path: Path
    ) -> None:
        own = OwnData(tmp_path)
        own.public("all.csv", "x,kind\n1,oak\n2,pine\n")
        own.hidden("labels.csv", "kind\noak\n")
        own.define(SPLIT)
        (own.assignment / "data" / "all.csv").write_text("x,kind\n")
        (own.private / "labels.csv").unlink()
        status, out, _ = says(capsys, "data", "verify")
        assert status == 1
        told = " ".join(out.split())
        digest = hashlib.sha256(b"x,kind\n").hexdigest()
        assert f"has the SHA-256 {digest}" in told
        assert "absent: hidden files lie in" in told
        assert "students' copies have none" in told

    def test_own_data_is_not_fetched_and_its_near_miss_is_told(self, capsys: Told, tmp_path: Path) -> None:
        own = OwnData(tmp_path)
        own.public("all.csv", "x,kind\n1,oak\n2,pine\n")
        own.hidden("labels.csv", "kind\noak\n")
        own.define(SPLIT)
        status, _, err = says(capsys, "data", "fetch", "trees")
        assert (status, err[:11]) == (2, "error GR526")
        assert "grader data verify trees" in err
        status, _, err = says(capsys, "data", "verify", "tres")
        assert (status, 'Did you mean "trees"?' in err) == (2, True)
        assert 'Did you mean "mnist"?' in says(capsys, "data", "fetch", "mnits")[2]

    def test_where_no_course_is_the_catalogue_alone_is_told(self, capsys: Told) -> None:
        assert says(capsys, "data", "verify", "pele")[0] == 0
        assert says(capsys, "data", "verify", "pele", "-C", "nowhere")[0] == 2

    def test_what_has_no_public_address_is_not_told_to_be_fetched(self, capsys: Told) -> None:
        _, out, _ = says(capsys, "data", "list")
        row = next(line for line in out.splitlines() if line.startswith("noisynote"))
        assert "ask whoever gives the course" in row
        items = {item.id: item for item in _data(None)}
        assert items["data-mnist"].mend == "grader data fetch mnist"
        assert items["data-noisynote"].mend is None
        assert "ask whoever gives the course" in items["data-noisynote"].state.en

    def test_what_is_absent_does_not_verify(self, capsys: Told) -> None:
        assert says(capsys, "data", "verify", "mnist")[0] == 1

    def test_what_needs_no_file_verifies(self, capsys: Told) -> None:
        assert says(capsys, "data", "verify", "pele")[0] == 0

    def test_a_file_of_another_content_is_told(self, capsys: Told, tmp_path: Path) -> None:
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "noisynote.zip").write_bytes(b"something else")
        status, out, _ = says(capsys, "data", "verify", "noisynote", "--data-dir", str(tmp_path / "data"))
        assert status == 1
        assert "its content is not the published one" in out


def test_a_file_of_no_assignment_in_sight_asks_which(capsys: Told, tmp_path: Path) -> None:
    a_course(tmp_path)
    a_course(tmp_path, slug="other")
    (tmp_path / "work.py").write_text("")
    status, _, err = says(capsys, "check", "work.py")
    assert status == 2
    assert "which assignment is work.py for?" in err
    assert "mnist-dense, other" in err


def test_the_demo_needs_the_example_class(capsys: Told, tmp_path: Path) -> None:
    a_course(tmp_path)
    status, _, err = says(capsys, "demo")
    assert status == 2
    assert "the example class is not in" in err


@pytest.mark.parametrize("options", [[], ["-C", "nowhere"]])
def test_the_demo_outside_a_checkout_says_where_its_class_comes_from(
    capsys: Told, options: list[str]
) -> None:
    status, _, err = says(capsys, "demo", *options)
    assert status == 2
    assert "it comes with grader's repository" in err
    assert "grader grade SUBMISSIONS -C COURSE" in err
    assert "GR100" not in err


def test_whoever_stops_reading_gets_no_complaint(tmp_path: Path) -> None:
    command = f"{sys.executable} -m grader data list | true"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, check=True, cwd=ROOT)
    assert done.stderr == b""


def test_a_terminal_without_our_letters_shows_question_marks(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "grader", "grade", "x", "-C", "\u65e5\u672c-\u00e3"],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env={"PYTHONIOENCODING": "latin-1", "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert "??-\u00e3".encode("latin-1") in done.stderr
