import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.coursefiles.passages import read_passages
from grader.coursefiles.read_submission import read_received
from grader.coursefiles.received import Received
from grader.coursefiles.source_text import source_for_python
from grader.model.evidence import LedgerEntry, Place
from grader.model.submission import Submission
from tests.unit.coursefiles.written import a_zip, files

WORDS = "x = 'acurácia: não é “boa”'\ny = 1\n"


def received(folder: Path, handed_in: dict[str, bytes | str]) -> Submission:
    files(folder / "in", handed_in)
    item = Received(student="ana", assignment="digits", sources=(("", folder / "in"),), shown="ana")
    read = read_received(item, "ana", folder / "intake")
    assert isinstance(read, Submission)
    return read


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (WORDS.encode("cp1252"), "windows-1252"),
        ("x = 'acurácia'\r\ny = 1\r\n".encode("latin-1"), "windows-1252"),
        (b"x = 'acur\xe1cia \x81'\n", "latin-1"),
        (b"# acur\xc3\xa1cia\nx = 'acur\xe1cia'\n", "UTF-8 + windows-1252"),
        (WORDS.encode("utf-16"), "UTF-16"),
        (b"\xfe\xff" + WORDS.encode("utf-16-be"), "UTF-16"),
        (b"# -*- coding: utf-8 -*-\n" + WORDS.encode("cp1252"), "windows-1252"),
        (b"#!/usr/bin/env python\n# coding: ascii\n" + WORDS.encode("cp1252"), "windows-1252"),
        (b"# coding: ANSI\n" + WORDS.encode("cp1252"), "windows-1252"),
        (b"# coding=latin-1\n".join([b"\xef\xbb\xbf", WORDS.encode()]), "UTF-8"),
        (b"# vim: set fileencoding=utf8mb4 :\nx = 1\n", "UTF-8"),
        (b"\xef\xbb\xbfx = 'acur\xe1cia'\n", "windows-1252"),
    ],
)
def test_what_python_would_not_read_is_read_as_what_it_was_saved_in(content: bytes, told: str) -> None:
    with pytest.raises((SyntaxError, ValueError)):
        ast.parse(content)
    source, encoding = source_for_python(content)
    assert encoding == told
    assert len(source.splitlines()) == len(ast.unparse(ast.parse(source)).splitlines()) + source.count(b"#")
    assert "acur" not in source.decode() or "acurácia" in source.decode()


@pytest.mark.parametrize(
    "content",
    [
        WORDS.encode(),
        b"\xef\xbb\xbf" + WORDS.encode(),
        b"# -*- coding: cp1252 -*-\n" + WORDS.encode("cp1252"),
        b"# -*- coding: latin-1 -*-\nx = 'acur\xe1cia'\n",
        b"# coding: iso8859-15\nx = '\xa4'\n",
        b"# coding: cp1251\nx = '\xe1'\n",
        b"x = 1\r\ny = 2\r",
        b"",
    ],
)
def test_what_python_reads_stays_as_it_came(content: bytes) -> None:
    assert source_for_python(content) == (content, None)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader_and_what_was_read_once_stays(content: bytes) -> None:
    source, _ = source_for_python(content)
    if source != content:
        assert source_for_python(source) == (source, None)


def test_a_codec_that_takes_hours_is_not_asked() -> None:
    content = b"# coding: punycode\n" + b"a-" * 500_000
    assert source_for_python(content) == (content, None)


def test_program_and_modules_are_run_in_utf8_and_the_ledger_tells(tmp_path: Path) -> None:
    raw = WORDS.encode("cp1252")
    submission = received(tmp_path, {"digits.py": b"import util\n" + raw, "util.py": raw, "a.csv": raw})
    run = {f.name: f.path.read_bytes() for f in submission.files}
    assert run == {"digits.py": b"import util\n" + WORDS.encode(), "util.py": WORDS.encode(), "a.csv": raw}
    assert submission.ledger == (
        LedgerEntry(kind="encoding", what="digits.py: windows-1252", place=Place()),
        LedgerEntry(kind="encoding", what="util.py: windows-1252", place=Place()),
    )
    assert "acurácia" in read_passages(submission)[0].text


def test_the_digest_is_of_what_was_handed_in(tmp_path: Path) -> None:
    one = received(tmp_path / "1", {"digits.py": WORDS.encode("cp1252")})
    other = received(tmp_path / "2", {"digits.py": WORDS})
    assert one.digest != other.digest
    assert one.files[0].path.read_bytes() == other.files[0].path.read_bytes()


@pytest.mark.parametrize(
    "folder",
    [
        "venv/lib/python3.11/site-packages/keras",
        "site-packages/x",
        "node_modules/left",
        "__MACOSX",
        "env/bin",
    ],
)
def test_an_environment_that_came_along_is_passed_over(tmp_path: Path, folder: str) -> None:
    beside = {f"{folder}/{n}.py": "model.fit(" for n in range(250)}
    beside[f"{folder.partition('/')[0]}/pyvenv.cfg"] = "home = /usr/bin\n"
    submission = received(tmp_path / "1", {"treino.py": "model.fit(AX, AY)\n", **beside})
    assert [f.name for f in submission.files] == ["treino.py"]
    packed = a_zip({"treino.py": "model.fit(AX, AY)\n", **beside})
    submission = received(tmp_path / "2", {"work.zip": packed})
    assert [f.name for f in submission.files] == ["treino.py"]
    assert submission.findings == ()


def test_a_folder_called_env_without_an_environment_in_it_is_the_students(tmp_path: Path) -> None:
    submission = received(tmp_path, {"digits.py": "import env.game", "env/game.py": "x = 1"})
    assert sorted(f.name for f in submission.files) == ["digits.py", "env/game.py"]
