"""Hostile files, folders and names: what is graded is what was read, and every row has a place of its own."""

import os
import re
import socket
import unicodedata
from pathlib import Path

import pytest

from grader.coursefiles.find_submissions import Found, find_submissions
from grader.coursefiles.read_submission import read_received
from grader.coursefiles.received import Received
from grader.coursefiles.zip_reader import MOST_FILES
from grader.model.submission import Unreadable
from tests import builders as a
from tests.unit.coursefiles.written import a_notebook, a_zip, files

PROGRAM = "import keras\nmodel.fit(AX, AY)\n"
HIDDEN = "the labels"


def _found(root: Path) -> Found:
    return find_submissions(root, ["digits"], intake=root.parent / "intake")


@pytest.fixture
def handed_in(tmp_path: Path) -> Path:
    """What two students handed in, and a secret beside it."""
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "digits.py").write_text(HIDDEN)
    return files(tmp_path / "in", {"ana/digits/digits.py": PROGRAM, "bob/digits/digits.py": PROGRAM})


SPECIAL = ["link", "link to a folder", "dangling link", "loop", "fifo", "socket", "device", "folder"]


def _make_special(path: Path, kind: str, secret: Path) -> None:
    match kind:
        case "link":
            path.symlink_to(secret / "digits.py")
        case "link to a folder":
            path.symlink_to(secret)
        case "dangling link":
            path.symlink_to("/nonexistent")
        case "loop":
            path.symlink_to(path.name)
        case "fifo":
            os.mkfifo(path)
        case "socket":
            here = Path.cwd()
            os.chdir(path.parent)  # an address has room for 107 bytes
            with socket.socket(socket.AF_UNIX) as bound:
                bound.bind(path.name)
            os.chdir(here)
        case "device":
            os.mknod(path, 0o020666, os.makedev(1, 5))  # /dev/zero never ends
        case _:
            path.mkdir()


@pytest.mark.attack("special_files")
@pytest.mark.parametrize("kind", SPECIAL)
@pytest.mark.parametrize("place", ["eve", "eve/digits", "eve/digits/digits.py"])
def test_what_is_no_plain_file_is_told_at_once_and_never_opened(
    handed_in: Path, place: str, kind: str
) -> None:
    path = handed_in / place
    path.parent.mkdir(parents=True, exist_ok=True)
    _make_special(path, kind, handed_in.parent / "labels")
    found = _found(handed_in)
    assert [s.student for s in found.submissions] == ["ana", "bob"]
    assert all(HIDDEN.encode() not in f.path.read_bytes() for s in found.submissions for f in s.files)
    if place != "eve":
        assert [u.student for u in found.unreadable] == ["eve"]
    if kind != "folder":
        told = [f.message.en for f in found.findings] + [u.finding.message.en for u in found.unreadable]
        assert any("not a plain file" in line for line in told)


@pytest.mark.attack("special_files")
@pytest.mark.parametrize("kind", SPECIAL[:-1])
def test_a_special_file_beside_the_program_is_left_out(handed_in: Path, kind: str) -> None:
    _make_special(handed_in / "ana" / "digits" / "data.csv", kind, handed_in.parent / "labels")
    ana = _found(handed_in).submissions[0]
    assert [f.name for f in ana.files] == ["digits.py"]
    assert [f.code for f in ana.findings] == ["GR123"]


@pytest.mark.attack("swapped_files")
@pytest.mark.parametrize("name", ["digits.py", "util.py"])
@pytest.mark.parametrize("swap", ["link", "fifo", "other bytes", "gone"])
def test_what_is_run_is_what_was_read_whatever_stands_there_later(
    handed_in: Path, name: str, swap: str
) -> None:
    (handed_in / "ana" / "digits" / "util.py").write_text(PROGRAM)
    ana = _found(handed_in).submissions[0]
    path = handed_in / "ana" / "digits" / name
    path.unlink()
    match swap:
        case "link":
            path.symlink_to(handed_in.parent / "labels" / "digits.py")
        case "fifo":
            os.mkfifo(path)
        case "other bytes":
            path.write_text("print('swapped')")
    # Nothing is opened where it was handed in: a pipe there would hold the grader up for ever.
    assert not [f for f in ana.files if f.path.is_relative_to(handed_in)]
    assert {f.name: f.path.read_text() for f in ana.files} == {"digits.py": PROGRAM, "util.py": PROGRAM}


@pytest.mark.attack("swapped_files")
def test_a_folder_that_has_become_a_link_since_it_was_looked_at_leads_nowhere(
    handed_in: Path, tmp_path: Path
) -> None:
    looked_at = handed_in / "ana" / "digits" / "data" / "digits.py"
    looked_at.parent.symlink_to(tmp_path / "labels")
    assert looked_at.read_text() == HIDDEN
    item = Received(
        student="ana", assignment="digits", sources=(("data.py", looked_at),), shown="ana", root=handed_in
    )
    read = read_received(item, "ana", tmp_path / "intake")
    assert isinstance(read, Unreadable)
    assert read.files == ()
    assert not [p for p in (tmp_path / "intake").rglob("*") if p.is_file()]


@pytest.mark.attack("many_files")
def test_more_files_than_a_submission_needs_are_refused(handed_in: Path) -> None:
    files(handed_in, {f"eve/digits/{n}.txt": "" for n in range(MOST_FILES + 1)})
    (eve,) = _found(handed_in).unreadable
    assert eve.finding.code == "GR146"


@pytest.mark.attack("many_files")
def test_folders_in_folders_end_somewhere(handed_in: Path) -> None:
    deep = handed_in / "ana" / "digits" / "/".join(["d"] * 100)
    deep.mkdir(parents=True)
    (deep / "x.py").write_text(PROGRAM)
    ana = _found(handed_in).submissions[0]
    assert [f.name for f in ana.files] == ["digits.py"]
    assert [f.code for f in ana.findings] == ["GR147"]


NAMES = (
    "<img src=x onerror=alert(1)>",
    '"><script>alert(1)<',
    "=cmd|'",
    "..",
    "-rf",
    "--help",
    "CON",
    "nul",
    "Aux.html",
    "com1",
    "LPT9.txt",
    "ana.",
    "ana ",
    " ana",
    "ana",
    "Ana",
    "ANA",
    "a\u200bna",
    "\u202eana",
    "an\u0430",  # a Cyrillic a
    "ana\n",
    "ana\r",
    "ana\x1b[2J",
    "ana\x07",
    "😀",
    "😀😀",
    "日本",
    "名前",
    "josé",
    "jose",
    "index",
    "results.json",
    "gradebook.csv",
    "x" * 250,
    "x" * 251,
    "é" * 120,
    "%2e%2e%2f",
    "a\\..\\b",
    "$(id)",
    "`id`",
    "{{7*7}}",
    "\udcff\udcfe",
    "\ufdd0",
    ":: error ::",
    "~root",
    "O'Brien-=",
    "Null",
    "=Ö",
)
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")


def _class_of(folder: Path, names: tuple[str, ...]) -> Path:
    for name in names:
        if name != "..":  # no folder can be called so; a zip's member can
            place = folder / name / "digits"
            place.mkdir(parents=True)
            (place / "digits.py").write_text(PROGRAM)
    return folder


@pytest.mark.attack("student_names", "xss_names")
def test_every_student_has_a_row_of_her_own_under_a_safe_name_and_her_true_name_beside_it(
    tmp_path: Path,
) -> None:
    found = _found(_class_of(tmp_path / "in", NAMES))
    assert len(found.submissions) == len(NAMES) - 1
    assert {s.student for s in found.submissions} == {
        unicodedata.normalize("NFC", name) for name in NAMES if name != ".."
    }
    ids = [s.id for s in found.submissions]
    assert len({i.casefold() for i in ids}) == len(ids)
    for safe in ids:
        assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,140}", safe)
        assert not safe.endswith((".", "-"))
        assert not RESERVED.fullmatch(safe)


@pytest.mark.attack("student_names")
def test_pages_of_odd_names_are_written_below_the_reports_folder_and_nowhere_else(tmp_path: Path) -> None:
    found = _found(_class_of(tmp_path / "in", NAMES))
    results = tuple(
        a.a_result(id=s.id, student=s.student, main=s.main, files=s.files) for s in found.submissions
    )
    before = {p for p in tmp_path.rglob("*") if "reports" not in p.parts}
    a.a_publisher(tmp_path / "reports").publish(a.a_grading(submissions=results))
    assert {p for p in tmp_path.rglob("*") if "reports" not in p.parts} == before
    pages = {p.name for p in (tmp_path / "reports" / "mnist-dense").iterdir()}
    assert pages == {
        f"{s.id}.{kind}" for s in found.submissions for kind in ("html", "log", "certificate.json")
    }


@pytest.mark.attack("student_names")
def test_accents_written_apart_in_one_folder_are_two_students(tmp_path: Path) -> None:
    root = files(tmp_path / "in", {f"{unicodedata.normalize('NFC', 'José')}/digits/digits.py": PROGRAM})
    files(root, {f"{unicodedata.normalize('NFD', 'José')}/digits/util.py": "x = 1\n"})
    one, other = _found(root).submissions
    assert one.student != other.student
    assert one.id != other.id
    assert [f.name for f in (*one.files, *other.files)] == ["util.py", "digits.py"]


@pytest.mark.attack("student_names")
def test_a_name_of_ten_thousand_letters_in_a_class_zip_is_refused_and_told(tmp_path: Path) -> None:
    (tmp_path / "class.zip").write_bytes(
        a_zip({f"{'x' * 10_000}/digits/digits.py": PROGRAM, "ana/digits/digits.py": PROGRAM})
    )
    found = _found(tmp_path / "class.zip")
    assert [s.student for s in found.submissions] == ["ana"]
    (told,) = found.findings
    assert (told.code, len(told.message.en) < 300) == ("GR141", True)


@pytest.mark.attack("look_alike_names")
@pytest.mark.parametrize("name", ["O'Brien-=", "Null", "=Ö", "José da Silva", "😀", "Nuñez, Ana (2)"])
def test_honest_names_are_graded_like_any_other(tmp_path: Path, name: str) -> None:
    (one,) = _found(_class_of(tmp_path / "in", (name,))).submissions
    assert one.student == name
    assert one.findings == ()


@pytest.mark.attack("look_alike_files")
def test_a_notebook_of_five_mebibytes_of_plots_is_read(tmp_path: Path) -> None:
    plot = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "iVBORw0KGgo" * 90_000}}
    cells = [
        {"cell_type": "code", "source": PROGRAM, "metadata": {}, "outputs": [plot], "execution_count": n}
        for n in range(6)
    ]
    content = a_notebook(cells=cells)
    assert len(content) > 5 * 2**20
    (one,) = _found(files(tmp_path / "in", {"digits/ana.ipynb": content})).submissions
    assert one.findings == ()


@pytest.mark.attack("lost_students")
def test_nobody_is_lost_for_a_name_that_a_disk_would_hide_or_not_take(tmp_path: Path) -> None:
    names = [".ana_1_2_digits.py", "..x_3_4_digits.py", f"zoe_5_6_{'ã' * 110}.py"]
    folders = [".._7_", "..._8_", ".bob_9_", "Ivo_10_", "Max_11_", "Eve_12_"]
    inside = ["digits.py", "digits.py", "digits.py", "x" * 400 + ".py", "a/b/c/d/e/f/g/h/i/j.py", "a\x01.py"]
    members = dict.fromkeys(names, PROGRAM) | {
        f"{folder}assignsubmission_file_/{file}": PROGRAM
        for folder, file in zip(folders, inside, strict=True)
    }
    (tmp_path / "class.zip").write_bytes(a_zip({**members, "._ana_1_2_digits.py": "a Mac's"}))
    found = _found(tmp_path / "class.zip")
    graded = {s.student for s in found.submissions}
    assert graded == {".ana (1)", "..x (3)", "zoe (5)", ".. (7)", "... (8)", ".bob (9)"}
    assert {u.student for u in found.unreadable} == {"Ivo (10)", "Max (11)", "Eve (12)"}
    assert [f.code for f in found.findings] == ["GR141"] * 3


@pytest.mark.attack("lost_students")
def test_a_hidden_folder_that_may_be_a_student_is_told(tmp_path: Path) -> None:
    root = files(
        tmp_path / "in", {"..x/digits/digits.py": PROGRAM, ".git/config": "", "ana/digits/a.py": PROGRAM}
    )
    files(root, {"ana/.git/x.py": "", "digits/.eve.py": PROGRAM, "digits/._eve.py": "", "digits/.keep": ""})
    found = _found(root)
    assert [s.student for s in found.submissions] == ["ana"]
    assert [f.path for f in found.findings if f.code == "GR149"] == ["..x", ".eve.py"]


@pytest.mark.attack("lms_impersonation")
def test_who_is_called_like_an_exported_file_of_another_is_still_who_he_is(tmp_path: Path) -> None:
    forged = "Ana Silva_1_assignsubmission_file_"
    root = files(
        tmp_path / "in",
        {f"{forged}/digits.py": PROGRAM, f"{forged}_2_assignsubmission_file_/digits.py": "raise SystemExit"},
    )
    found = {s.student: s for s in _found(root).submissions}
    assert set(found) == {"Ana Silva (1)", f"{forged} (2)"}
    assert found["Ana Silva (1)"].findings == ()
