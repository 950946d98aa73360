"""The stand-ins for shell commands, called as the shell would."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import grader.running

PROGRAM = Path(grader.running.__file__).parent / "harness/grader_harness/command_line.py"


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    for name in ("work", "files"):
        (tmp_path / name).mkdir()
    (tmp_path / "files/a.zip").write_bytes(b"served")
    return tmp_path


def call(folders: Path, *words: str, path: str = "/usr/bin:/bin") -> "subprocess.CompletedProcess[bytes]":
    environment = {
        "PATH": path,
        "GRADER_HARNESS_FILES": str(folders / "files"),
        "GRADER_HARNESS_NAMES": "a.zip:qy.txt",
        "GRADER_HARNESS_WORK": str(folders / "work"),
        "GRADER_HARNESS_LEDGER": str(folders / "ledger.jsonl"),
        "GRADER_HARNESS_PLACE": "3:14",
    }
    command = [sys.executable, "-I", str(PROGRAM), *words]
    return subprocess.run(command, cwd=folders / "work", env=environment, capture_output=True, check=False)


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (["wget", "-nc", "http://x.org/d/a.zip"], "a.zip"),
        (["wget", "-q", "-O", "b.zip", "http://x.org/a.zip?raw=1"], "b.zip"),
        (["wget", "-Ob.zip", "http://x.org/a.zip"], "b.zip"),
        (["wget", "http://x.org/a.zip", "-P", "deep/down"], "deep/down/a.zip"),
        (["wget", "--output-document=c.zip", "https://x.org/a.zip"], "c.zip"),
        (["curl", "-LO", "http://x.org/a.zip"], "a.zip"),
        (["curl", "-L", "http://x.org/a.zip", "-o", "d.zip"], "d.zip"),
    ],
)
def test_a_served_file_is_put_where_it_is_asked_for(folders: Path, words: list[str], place: str) -> None:
    assert call(folders, *words).returncode == 0
    assert (folders / "work" / place).read_bytes() == b"served"


def test_curl_without_a_file_prints_it(folders: Path) -> None:
    assert call(folders, "curl", "-s", "http://x.org/a.zip").stdout == b"served"


def test_a_file_already_there_is_left_alone(folders: Path) -> None:
    (folders / "work/own.csv").write_bytes(b"mine")
    assert call(folders, "wget", "http://x.org/own.csv").returncode == 0
    assert (folders / "work/own.csv").read_bytes() == b"mine"


def test_an_unknown_file_fails_as_without_a_network(folders: Path) -> None:
    done = call(folders, "wget", "http://x.org/other.csv")
    assert done.returncode == 4
    assert "não há rede" in done.stderr.decode()


@pytest.mark.parametrize("path", ["/usr/bin:/bin", "/nowhere"])
def test_unzip_never_asks_and_served_files_stay_served(folders: Path, path: str) -> None:
    (folders / "files/qy.txt").write_bytes(b"served labels")
    with zipfile.ZipFile(folders / "work/dados.zip", "w") as archive:
        archive.writestr("qy.txt", "true labels")
        archive.writestr("notes.txt", "new")
    (folders / "work/notes.txt").write_bytes(b"old")
    assert call(folders, "unzip", "dados.zip", path=path).returncode == 0
    assert (folders / "work/notes.txt").read_bytes() == b"new"
    assert (folders / "work/qy.txt").read_bytes() == b"served labels"


def test_unzip_of_no_archive_fails(folders: Path) -> None:
    (folders / "work/a.zip").write_bytes(b"broken")
    assert call(folders, "unzip", "a.zip", path="/nowhere").returncode != 0


@pytest.mark.parametrize("name", ["pip", "pip3", "conda", "apt-get"])
def test_installers_succeed_and_do_nothing(folders: Path, name: str) -> None:
    done = call(folders, name, "install", "x")
    assert done.returncode == 0
    assert "nothing was installed" in done.stderr.decode()


def test_the_ledger_gets_one_line_a_command(folders: Path) -> None:
    call(folders, "pip", "install", "x y")
    call(folders, "wget", "http://x.org/a.zip")
    lines = [json.loads(line) for line in (folders / "ledger.jsonl").read_text().splitlines()]
    assert lines == [
        {"kind": "pip", "what": "pip install x y", "at": "3:14"},
        {"kind": "download", "what": "wget http://x.org/a.zip", "at": "3:14"},
    ]
