import io
import struct
import time
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.coursefiles.zip_reader import MOST_FILES, Unpacked, read_zip
from grader.model.errors import SubmissionError
from tests.unit.coursefiles.written import a_link, a_zip, a_zip_of


def _names(unpacked: Unpacked) -> list[str]:
    return [member.name for member in unpacked.members]


def _code(content: bytes) -> str | None:
    with pytest.raises(SubmissionError) as caught:
        read_zip(content, "all.zip")
    return caught.value.message.code


def test_regular_files_come_out_with_their_bytes() -> None:
    unpacked = read_zip(a_zip({"mlp2.py": "x = 1\n", "img/a.png": b"\x89PNG"}), "all.zip")
    assert {m.name: m.content for m in unpacked.members} == {"mlp2.py": b"x = 1\n", "img/a.png": b"\x89PNG"}
    assert unpacked.refused == ()


@pytest.mark.parametrize(
    ("hostile", "why"),
    [
        ("../evil.py", "outside"),
        ("a/../../evil.py", "outside"),
        ("..", "outside"),
        ("/etc/cron.d/evil", "outside"),
        ("\\evil.py", "outside"),
        ("C:\\evil.py", "outside"),
        ("c:/evil.py", "outside"),
        ("..\\evil.py", "outside"),
        ("a\\..\\..\\evil.py", "outside"),
        ("a\nb.py", "not accepted"),
        ("a\x1b[2J.py", "not accepted"),
        ("x" * 253 + ".py", "not accepted"),
        ("é" * 127 + ".py", "not accepted"),
        ("a/" * 10 + "b.py", "not accepted"),
    ],
)
def test_a_member_that_points_elsewhere_is_refused_and_the_others_kept(hostile: str, why: str) -> None:
    unpacked = read_zip(a_zip({hostile: "evil", "mlp2.py": "good"}), "all.zip")
    assert _names(unpacked) == ["mlp2.py"]
    (message,) = unpacked.refused
    assert message.code == "GR141"
    assert why in message.en
    assert all(c.isprintable() for c in message.en)


def test_a_name_cut_by_a_nul_is_refused_whole() -> None:
    for hostile in (b"mlp2.py\0.png", b"a/\0b.py"):
        content = a_zip({"x" * len(hostile): "evil", "mlp2.py": "good"})
        content = content.replace(b"x" * len(hostile), hostile)
        unpacked = read_zip(content, "all.zip")
        assert [m.content for m in unpacked.members] == [b"good"]
        assert [m.code for m in unpacked.refused] == ["GR141"]


def test_links_and_devices_are_refused() -> None:
    device = zipfile.ZipInfo("null")
    device.create_system, device.external_attr = 3, 0o020666 << 16
    unpacked = read_zip(
        a_zip_of((a_link("passwd"), "/etc/passwd"), (device, ""), (zipfile.ZipInfo("mlp2.py"), "x")),
        "all.zip",
    )
    assert _names(unpacked) == ["mlp2.py"]
    assert all("link or a special file" in m.en for m in unpacked.refused)
    assert len(unpacked.refused) == 2


def test_a_member_behind_a_password_is_refused() -> None:
    content = bytearray(a_zip({"mlp2.py": "x"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    unpacked = read_zip(bytes(content), "all.zip")
    assert unpacked.members == ()
    assert "password" in unpacked.refused[0].en


def test_folders_made_by_old_windows_programs_are_folders() -> None:
    unpacked = read_zip(a_zip({"tarefa\\": "", "tarefa\\mlp2.py": "x"}), "all.zip")
    assert _names(unpacked) == ["tarefa/mlp2.py"]
    assert unpacked.refused == ()


def test_a_mac_that_does_not_say_utf8_is_understood() -> None:
    mangled = "exercício.py".encode().decode("cp437")
    info = zipfile.ZipInfo("x" * len(mangled.encode("cp437")))
    content = a_zip_of((info, "x = 1")).replace(info.filename.encode(), "exercício.py".encode())
    assert _names(read_zip(content, "all.zip")) == ["exercício.py"]


def test_a_name_of_a_brazilian_windows_is_understood() -> None:
    written = "solução não.py".encode("cp850")
    content = a_zip_of((zipfile.ZipInfo("x" * len(written)), "x = 1")).replace(b"x" * len(written), written)
    assert _names(read_zip(content, "all.zip")) == ["solução não.py"]


@pytest.mark.parametrize(
    "name", ["Tarefa 1: MNIST?.ipynb", '"><script>.py', "=cmd|'/C calc'!A0.py", "O'Brien-=.py"]
)
def test_odd_names_are_names(name: str) -> None:
    assert _names(read_zip(a_zip({name: "x"}), "all.zip")) == [name]


def test_litter_is_left_out() -> None:
    litter = ["__MACOSX/._mlp2.py", "._mlp2.py", ".DS_Store", ".git/config", ".ipynb_checkpoints/a.ipynb"]
    litter += ["__pycache__/util.cpython-311.pyc", "Thumbs.db", "a/.hidden/x.py"]
    unpacked = read_zip(a_zip(dict.fromkeys([*litter, "mlp2.py"], "x")), "all.zip")
    assert _names(unpacked) == ["mlp2.py"]
    assert unpacked.refused == ()


def test_litter_does_not_count_against_the_limit() -> None:
    members = {f".git/objects/{n}": "x" for n in range(MOST_FILES + 1)}
    assert _names(read_zip(a_zip({**members, "mlp2.py": "x"}), "all.zip")) == ["mlp2.py"]


def test_of_two_members_of_one_name_the_last_counts_and_that_is_told() -> None:
    first, second = zipfile.ZipInfo("mlp2.py"), zipfile.ZipInfo("./mlp2.py")
    unpacked = read_zip(a_zip_of((first, "first"), (second, "second")), "all.zip")
    assert [m.content for m in unpacked.members] == [b"second"]
    assert [m.code for m in unpacked.refused] == ["GR129"]


def test_names_that_differ_by_case_are_two_files() -> None:
    assert _names(read_zip(a_zip({"Mlp2.py": "a", "mlp2.py": "b"}), "all.zip")) == ["Mlp2.py", "mlp2.py"]


def test_a_zip_in_a_zip_stays_closed() -> None:
    assert _names(read_zip(a_zip({"inner.zip": a_zip({"mlp2.py": "x"})}), "all.zip")) == ["inner.zip"]


def test_too_many_files_are_refused() -> None:
    assert _code(a_zip({f"{n}.txt": "" for n in range(MOST_FILES + 1)})) == "GR142"
    assert len(read_zip(a_zip({f"{n}.txt": "" for n in range(MOST_FILES)}), "all.zip").members) == MOST_FILES


def test_a_million_entries_are_refused_before_zipfile_sees_them() -> None:
    content = a_zip({"a": ""})
    at = content.index(b"PK\x01\x02")
    begun = time.perf_counter()
    assert _code(content[:at] + content[at:-22] * 10**6 + content[-22:]) == "GR142"
    assert time.perf_counter() - begun < 20


def test_a_bomb_is_stopped_by_the_bytes_that_come_out() -> None:
    assert _code(a_zip({"zeros.bin": b"\0" * (8 * 2**20)})) == "GR143"


def test_a_bomb_in_many_parts_is_stopped_as_well() -> None:
    assert _code(a_zip({f"{n}.bin": b"\0" * 2**20 for n in range(40)})) == "GR143"


def test_a_member_that_lies_about_its_size_is_found_out() -> None:
    content = bytearray(a_zip({"zeros.bin": b"\0" * (8 * 2**20)}))
    at = content.index(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 10)
    assert _code(bytes(content)) in ("GR140", "GR143")


def test_an_honest_text_of_zeros_is_no_bomb() -> None:
    assert len(read_zip(a_zip({"zeros.csv": b"0,0\n" * 250_000}), "all.zip").members) == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "GR138"),
        (b"not a zip", "GR140"),
        (a_zip({"mlp2.py": "x" * 1000})[:-30], "GR140"),
        (a_zip({"mlp2.py": "x"})[40:], "GR140"),
        (b"Rar!\x1a\x07\x00", "GR145"),
        (b"7z\xbc\xaf\x27\x1c", "GR145"),
        (b"\x1f\x8b\x08", "GR145"),
    ],
    ids=["empty", "text", "cut short", "headless", "rar", "7z", "gzip"],  # a zip's bytes tell the time
)
def test_what_is_no_zip_is_refused(content: bytes, code: str) -> None:
    assert _code(content) == code


def test_a_member_whose_bytes_were_damaged_is_refused() -> None:
    content = bytearray(a_zip({"mlp2.py": "abcdefgh" * 100}))
    content[40] ^= 0xFF
    assert _code(bytes(content)) == "GR140"


def test_an_unknown_compression_is_refused() -> None:
    content = bytearray(a_zip({"mlp2.py": "x"}))
    for signature, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = content.index(signature) + offset
        content[at : at + 2] = b"\x63\x00"
    unpacked = read_zip(bytes(content), "all.zip")
    assert unpacked.members == ()
    assert "usual options" in unpacked.refused[0].en


@settings(max_examples=400)
@given(st.data())
def test_no_damage_to_a_zip_breaks_the_reader(data: st.DataObject) -> None:
    content = bytearray(a_zip({"mlp2.py": "import keras\n", "a/b.txt": "x"}))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        members = read_zip(bytes(content), "all.zip").members
    except SubmissionError:
        return
    assert sum(len(m.content) for m in members) <= 2**20


_NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40)


@settings(max_examples=200)
@given(st.dictionaries(_NAMES, st.binary(max_size=20)))
def test_every_name_that_comes_out_stays_inside(members: dict[str, bytes]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    try:
        unpacked = read_zip(buffer.getvalue(), "all.zip")
    except SubmissionError as refused:
        assert refused.message.code in ("GR140", "GR142")  # noqa: PT017 - what zipfile cannot write back
        return
    for member in unpacked.members:
        parts = member.name.split("/")
        assert all(part not in ("", ".", "..") and len(part.encode()) <= 255 for part in parts)
        assert zlib.crc32(member.content) in {zlib.crc32(c) for c in members.values()}


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_that_only_unbounded_decompressors_read_is_refused_unopened(method: int) -> None:
    # 600 bytes of bzip2 are 600 MiB of zeros, and zipfile unpacks all of a block at once.
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("mlp2.py", "good")
        made.writestr("bomb.py", bytes(64 * 2**20), compress_type=method)
    tracemalloc.start()
    try:
        unpacked = read_zip(buffer.getvalue(), "all.zip")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert _names(unpacked) == ["mlp2.py"]
    assert "usual options" in unpacked.refused[0].en
    assert peak < 4 * 2**20
