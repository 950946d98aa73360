"""What cannot be read as a submission: each is told, none of it stops the others."""

import os
import socket
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from grader.model.submission import Unreadable
from tests.unit.coursefiles.folder_read import (
    SLUGS,
    alone,
    codes_of,
    taken,
)
from tests.unit.coursefiles.written import a_zip, files


def _none(folder: Path, slugs: Sequence[str] = SLUGS) -> Unreadable:
    found = taken(folder, slugs)
    assert found.submissions == ()
    (unreadable,) = found.unreadable
    return unreadable


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
        submission = alone(files(tmp_path / "in", {"ana.py": "x", "ana.pdf": b"%PDF"}), ["digits"])
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
        found = taken(root)
        assert [s.student for s in found.submissions] == ["bia"]
        assert [u.student for u in found.unreadable] == ["ana"]


class TestSpecialFiles:
    def test_links_are_neither_followed_nor_silent(self, tmp_path: Path) -> None:
        secret = files(tmp_path / "secret", {"labels.py": "QY = 1"})
        root = files(tmp_path / "in", {"ana/digits/a.py": "x"})
        (root / "ana/digits/b.py").symlink_to(secret / "labels.py")
        (root / "ana/digits/c").symlink_to(secret)
        (root / "ana/digits/d.py").symlink_to(root / "nowhere")
        submission = alone(root)
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
        assert codes_of(taken(tmp_path / "in")) == ["GR123"]

    def test_a_pipe_is_not_waited_for(self, tmp_path: Path) -> None:
        root = files(tmp_path / "in", {"ana/digits/a.py": "x"})
        os.mkfifo(root / "ana/digits/b.py")
        os.mkfifo(root / "pipe.py")
        begun = time.perf_counter()
        found = taken(root)
        assert time.perf_counter() - begun < 20
        assert [f.code for f in (*found.findings, *found.submissions[0].findings)] == ["GR123"] * 2

    def test_a_socket_is_not_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        root = files(tmp_path / "in", {"ana/digits/a.py": "x"})
        monkeypatch.chdir(root / "ana/digits")  # a socket's path may not be long
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("b.py")
        assert [f.code for f in alone(root).findings] == ["GR123"]

    def test_folders_are_followed_only_so_deep(self, tmp_path: Path) -> None:
        deep = "/".join("abcdefghijkl")
        root = files(tmp_path / "in", {f"ana/digits/{deep}/x.txt": "x", "ana/digits/a.py": "x"})
        assert [f.code for f in alone(root).findings] == ["GR147"]


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
            found = taken(root)
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
    begun = time.process_time()
    found = taken(root, ["digits"])
    assert len(found.submissions) == 10_000
    assert time.process_time() - begun < 20
