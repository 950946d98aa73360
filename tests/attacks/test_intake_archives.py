"""Hostile zips and tars: what is taken from them is bounded, plain, inside, and told."""

import io
import os
import resource
import struct
import subprocess
import sys
import tarfile
import unicodedata
import zipfile
from pathlib import Path

import pytest

from grader.coursefiles.class_zip import unpack_class
from grader.coursefiles.find_submissions import find_submissions
from grader.coursefiles.zip_reader import MOST_BYTES, MOST_RATIO, Unpacked, read_zip
from grader.model.errors import SubmissionError
from grader.model.submission import Submission, Unreadable
from tests.unit.coursefiles.written import a_link, a_zip, a_zip_of, files

PROGRAM = b"import keras\nmodel.fit(AX, AY)\n"
NFC, NFD = unicodedata.normalize("NFC", "exercício.py"), unicodedata.normalize("NFD", "exercício.py")


def _names(content: bytes) -> list[str]:
    return [member.name for member in read_zip(content, "all.zip").members]


def _refused(unpacked: Unpacked) -> list[str | None]:
    return [message.code for message in unpacked.refused]


def _handed_in(folder: Path, name: str, content: bytes) -> Submission | Unreadable:
    root = files(folder / "in", {f"digits/{name}": content, "digits/bob.py": PROGRAM})
    found = find_submissions(root, ["digits"], intake=folder / "intake")
    assert "bob" in [s.student for s in found.submissions]
    rows: list[Submission | Unreadable] = [*found.submissions, *found.unreadable]
    return next(row for row in rows if row.student != "bob")


@pytest.mark.attack("zip_slip")
def test_members_that_lead_elsewhere_are_refused_by_name_and_the_others_kept(tmp_path: Path) -> None:
    hostile = ["../evil.py", "/etc/cron.d/evil", "C:\\evil.py", "a/../../evil.py", "..\\evil.py"]
    members = [(zipfile.ZipInfo(name), b"evil") for name in hostile]
    members += [(a_link("passwd"), b"/etc/passwd"), (zipfile.ZipInfo("x" * 12), b"evil")]
    content = a_zip_of(*members, (zipfile.ZipInfo("mlp2.py"), PROGRAM))
    content = content.replace(b"x" * 12, b"mlp2.py\0.png")
    submission = _handed_in(tmp_path, "ana.zip", content)
    assert isinstance(submission, Submission)
    assert [f.path.read_bytes() for f in submission.files] == [PROGRAM]
    told = [f.message.en for f in submission.findings]
    assert len(told) == len(hostile) + 2
    assert all(any(name.replace("\\", "/") in line for line in told) for name in hostile)
    assert not list(tmp_path.rglob("evil*"))
    assert not list(tmp_path.rglob("passwd"))


@pytest.mark.attack("tar_links")
@pytest.mark.parametrize("suffix", [".tar", ".tar.gz", ".tgz"])
def test_a_tar_of_links_is_never_opened_and_a_zip_is_asked_for(tmp_path: Path, suffix: str) -> None:
    with tarfile.open(fileobj=(buffer := io.BytesIO()), mode="w") as archive:
        for name, target in (("a", "."), ("a/b", ".."), ("a/b/c", "../../etc")):
            link = tarfile.TarInfo(name)
            link.type, link.linkname = tarfile.SYMTYPE, target
            archive.addfile(link)
        archive.addfile(tarfile.TarInfo("a/b/c/passwd"))
    unreadable = _handed_in(tmp_path, f"ana{suffix}", buffer.getvalue())
    assert isinstance(unreadable, Unreadable)
    assert unreadable.finding.code == "GR144"
    assert ".zip" in unreadable.finding.message.en


@pytest.mark.attack("tar_links")
def test_a_tar_called_a_zip_is_no_zip(tmp_path: Path) -> None:
    with tarfile.open(fileobj=(buffer := io.BytesIO()), mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("mlp2.py"))
    unreadable = _handed_in(tmp_path, "ana.zip", buffer.getvalue())
    assert isinstance(unreadable, Unreadable)
    assert unreadable.finding.code == "GR145"


@pytest.mark.attack("zip_twins")
def test_members_of_one_name_are_one_file_the_last_and_that_is_told() -> None:
    twins = [(zipfile.ZipInfo(name), name.encode()) for name in ("a.py", "./a.py", ".//a.py", "a.py/")]
    unpacked = read_zip(a_zip_of(*twins[:3], (zipfile.ZipInfo("a.py/b"), b"x")), "all.zip")
    assert [m.name for m in unpacked.members] == ["a.py", "a.py/b"]
    assert unpacked.members[0].content == b".//a.py"
    assert _refused(unpacked) == ["GR129", "GR129"]


@pytest.mark.attack("zip_twins")
def test_a_file_that_is_also_a_folder_is_left_out_and_that_is_told(tmp_path: Path) -> None:
    content = a_zip_of((zipfile.ZipInfo("a.py"), b"evil"), (zipfile.ZipInfo("a.py/b.py"), PROGRAM))
    submission = _handed_in(tmp_path, "ana.zip", content)
    assert isinstance(submission, Submission)
    assert [f.path.read_bytes() for f in submission.files] == [PROGRAM]
    assert [f.code for f in submission.findings] == ["GR141"]


@pytest.mark.attack("zip_twins")
def test_names_alike_but_for_case_or_accents_stay_two_files() -> None:
    assert _names(a_zip({"A.py": "1", "a.py": "2", NFC: "3", NFD: "4"})) == ["A.py", "a.py", NFC, NFD]


def _overlapping(times: int, size: int) -> bytes:
    """Return an archive in which ``times`` members quote the same compressed bytes."""
    one = a_zip({"kernel.bin": b"\0" * size})
    at = one.index(b"PK\x01\x02")
    entry, end = one[at:-22], one[-22:]
    name = b"kernel.bin"
    entries = b"".join(entry.replace(name, b"k%09d" % n) for n in range(times))
    tail = end[:8] + struct.pack("<HHII", times, times, len(entries), at) + b"\0\0"
    return one[:at] + entries + tail


@pytest.mark.attack("zip_overlap")
def test_members_that_quote_the_same_bytes_are_refused() -> None:
    with pytest.raises(SubmissionError) as caught:
        read_zip(_overlapping(150, 900_000), "all.zip")
    assert caught.value.message.code in ("GR140", "GR143")


@pytest.mark.attack("zip_overlap")
def test_what_comes_out_of_any_zip_is_bounded_whatever_it_claims() -> None:
    content = a_zip({f"{n}.bin": b"\0" * 2**20 for n in range(100)})
    limit = min(MOST_BYTES, max(2**20, len(content) * MOST_RATIO))
    assert len(content) * MOST_RATIO < 100 * 2**20
    with pytest.raises(SubmissionError) as caught:
        read_zip(content, "all.zip")
    assert caught.value.message.code == "GR143"
    fitting = a_zip({f"{n}.bin": os.urandom(2**10) for n in range(100)})
    assert sum(len(m.content) for m in read_zip(fitting, "all.zip").members) <= limit


def _with(content: bytes, signature: bytes, offset: int, value: bytes) -> bytes:
    at = content.rindex(signature) + offset
    return content[:at] + value + content[at + len(value) :]


CENTRAL, LOCAL, END = b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"
LIES = {
    "size of 4 GiB": (CENTRAL, 24, b"\xff\xff\xff\xfe"),
    "size of nothing": (CENTRAL, 24, bytes(4)),
    "packed size of 4 GiB": (CENTRAL, 20, b"\xff\xff\xff\xfe"),
    "zip64 without its field": (CENTRAL, 24, b"\xff\xff\xff\xff"),
    "offset beyond the end": (CENTRAL, 42, b"\xff\xff\xff\x7f"),
    "another name inside": (LOCAL, 30, b"evil.py"),
    "members: 65535": (END, 8, b"\xff\xff\xff\xff"),
    "members: none": (END, 8, bytes(4)),
    "folder of 4 GiB": (END, 12, b"\xff\xff\xff\xfe"),
    "folder beyond the end": (END, 16, b"\xff\xff\xff\x7f"),
    "a comment that is not there": (END, 20, b"\xff\xff"),
    "another disk": (END, 4, b"\x01\x00"),
}


@pytest.mark.attack("zip_lies")
@pytest.mark.parametrize("lie", LIES)
def test_what_a_zip_claims_of_itself_is_not_believed(lie: str) -> None:
    content = _with(a_zip({"mlp2.py": PROGRAM}), *LIES[lie])
    try:
        unpacked = read_zip(content, "all.zip")
    except SubmissionError as refused:
        assert refused.message.code in ("GR140", "GR142", "GR143")  # noqa: PT017 - refused or read in truth
        return
    assert [m.content for m in unpacked.members] in ([PROGRAM], [])


@pytest.mark.attack("zip_lies")
def test_a_claim_of_exabytes_in_zip64_takes_no_memory() -> None:
    program = (
        "import io, struct, sys, zipfile\n"
        "from grader.coursefiles.zip_reader import read_zip\n"
        "from grader.model.errors import SubmissionError\n"
        "with zipfile.ZipFile(buffer := io.BytesIO(), 'w') as archive:\n"
        "    archive.writestr('mlp2.py', b'x = 1')\n"
        "content = buffer.getvalue()\n"
        "at = content.index(b'PK\\x01\\x02')\n"
        "extra = struct.pack('<HHQ', 1, 8, 2**60)\n"
        "entry = bytearray(content[at:-22])\n"
        "entry[24:28] = b'\\xff' * 4\n"
        "entry[30:32] = struct.pack('<H', len(extra))\n"
        "entry = bytes(entry) + extra\n"
        "end = content[-22:-10] + struct.pack('<II', len(entry), at) + b'\\0\\0'\n"
        "try:\n    print(read_zip(content[:at] + entry + end, 'all.zip').members)\n"
        "except SubmissionError as refused:\n    print(refused.message.code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30)),
    )
    assert "x = 1" in done.stdout or done.stdout.startswith("GR14")


@pytest.mark.attack("zip_nested")
def test_a_zip_in_a_zip_in_a_zip_stays_closed(tmp_path: Path) -> None:
    content = PROGRAM
    for depth in range(6):
        content = a_zip({f"{depth}.zip" if depth else "mlp2.py": content})
    unreadable = _handed_in(tmp_path, "ana.zip", content)
    assert isinstance(unreadable, Unreadable)
    assert unreadable.finding.code == "GR122"


@pytest.mark.attack("zip_locked")
def test_a_member_behind_a_password_is_told_and_the_others_kept(tmp_path: Path) -> None:
    content = bytearray(a_zip_of((zipfile.ZipInfo("locked.py"), b"x"), (zipfile.ZipInfo("mlp2.py"), PROGRAM)))
    for signature, offset in ((LOCAL, 6), (CENTRAL, 8)):
        content[content.index(signature) + offset] |= 1
    submission = _handed_in(tmp_path, "ana.zip", bytes(content))
    assert isinstance(submission, Submission)
    assert [f.name for f in submission.files] == ["mlp2.py"]
    assert "password" in submission.findings[0].message.en


@pytest.mark.attack("zip_special")
@pytest.mark.parametrize("kind", [0o010000, 0o020000, 0o040000, 0o060000, 0o120000, 0o140000])
def test_members_that_say_they_are_no_files_are_refused(kind: int) -> None:
    special = zipfile.ZipInfo("special")
    special.create_system, special.external_attr = 3, (kind | 0o777) << 16
    unpacked = read_zip(a_zip_of((special, b"/etc/shadow"), (zipfile.ZipInfo("mlp2.py"), PROGRAM)), "all.zip")
    assert [m.name for m in unpacked.members] == ["mlp2.py"]
    assert _refused(unpacked) == ["GR141"]


@pytest.mark.attack("zip_special")
def test_no_permission_of_a_member_arrives(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("mlp2.py")
    info.create_system, info.external_attr = 3, 0o106777 << 16
    submission = _handed_in(tmp_path, "ana.zip", a_zip_of((info, PROGRAM)))
    assert isinstance(submission, Submission)
    assert submission.files[0].path.stat().st_mode & 0o7111 == 0


@pytest.mark.attack("zip_slip", "zip_special")
def test_a_class_zip_writes_nothing_outside_its_folder(tmp_path: Path) -> None:
    hostile = [
        "../evil.py",
        "/tmp/evil.py",
        "ana/../../../evil.py",
        "ana\\..\\..\\evil.py",
        "a" * 300 + ".py",
    ]
    members = [(zipfile.ZipInfo(name), b"evil") for name in hostile]
    content = a_zip_of(*members, (a_link("bob.py"), b"/etc/passwd"), (zipfile.ZipInfo("ana.py"), PROGRAM))
    (tmp_path / "class.zip").write_bytes(content)
    folder, refused = unpack_class(tmp_path / "class.zip", tmp_path / "intake")
    assert [p.name for p in folder.rglob("*")] == ["ana.py"]
    assert len(refused) == len(hostile) + 1
    assert not [p for p in tmp_path.rglob("*") if p.is_symlink() or p.name.startswith("evil")]


class _Unseekable(io.RawIOBase):
    """A stream that cannot go back, as a browser's upload: sizes are written after the bytes."""

    def __init__(self) -> None:
        self.content = b""

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        taken = bytes(data)  # type: ignore[call-overload]
        self.content += taken
        return len(taken)


@pytest.mark.attack("look_alike_archives")
def test_honest_zips_of_every_kind_are_read() -> None:
    stream = _Unseekable()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:  # data descriptors
        archive.writestr("mlp2.py", PROGRAM)
    assert _names(stream.content) == ["mlp2.py"]
    with zipfile.ZipFile(buffer := io.BytesIO(), "w") as archive:  # zip64
        with archive.open("mlp2.py", "w", force_zip64=True) as member:
            member.write(PROGRAM)
        archive.comment = b"made by a student"
    assert _names(buffer.getvalue()) == ["mlp2.py"]
    assert _names(b"#!/bin/sh\n" + a_zip({"mlp2.py": PROGRAM})) == ["mlp2.py"]  # something before it
