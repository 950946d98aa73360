"""What is read from the kernel about a container, from texts and from this very process."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.model.errors import SandboxError
from grader.running.containers.confirm_walls import Expected, confirm_walls, find_gaps, read_mounts
from grader.running.holding.limits import Inside

UNASKED = "is shown inside although nobody asked for it"

GOOD_STATUS = """Name:\tpython3
Uid:\t200000\t200000\t200000\t200000
Gid:\t200000\t200000\t200000\t200000
Groups:\t200000
NSpid:\t4711\t1
CapInh:\t0000000000000000
CapPrm:\t0000000000000000
CapEff:\t0000000000000000
CapBnd:\t000001ffffffffff
CapAmb:\t0000000000000000
NoNewPrivs:\t1
Seccomp:\t2
"""
GOOD_MOUNTS = (
    "1 0 0:1 / / ro,relatime - overlay overlay rw",
    "2 1 0:2 / /proc rw,nosuid - proc proc rw",
    "3 1 0:3 / /out rw,nosuid,nodev - tmpfs tmpfs rw,size=8k",
    "4 1 0:4 /usr /usr ro - ext4 /dev/vda rw",
    "5 1 0:4 /etc/x /etc/hosts ro - ext4 /dev/vda rw",
    "6 4 0:9 / /usr/local/deeper ro - ext4 /dev/vdb rw",
)


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """A /proc with process 7 closed on all sides, and this grader as ``self``."""
    for name, offset in (("self", 0), ("7", 1)):
        (tmp_path / name / "ns").mkdir(parents=True)
        for kind in ("net", "pid", "ipc", "uts", "mnt"):
            (tmp_path / name / "ns" / kind).write_text(str(offset))
    (tmp_path / "7/net").mkdir()
    (tmp_path / "7/net/dev").write_text("Inter-|\n face |\n    lo: 0 0\n")
    (tmp_path / "7/status").write_text(GOOD_STATUS)
    (tmp_path / "7/mountinfo").write_text("\n".join(GOOD_MOUNTS) + "\n")
    return tmp_path


@pytest.fixture
def inside(tmp_path: Path) -> Iterator[tuple[Inside, int]]:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    room = os.fstatvfs(descriptor)
    yield Inside(first=7, proc=-1, writable=(descriptor,)), room.f_blocks * room.f_frsize
    os.close(descriptor)


def gaps(proc: Path, inside: tuple[Inside, int], *, size: int | None = None) -> list[str]:
    held, real = inside
    expected = Expected(shown=("/usr",), writable=("/out",), bytes_each=real if size is None else size)
    return [gap.en for gap in find_gaps(proc, 7, held, expected)]


def test_a_container_closed_on_all_sides_has_no_gap(proc: Path, inside: tuple[Inside, int]) -> None:
    assert gaps(proc, inside) == []


@pytest.mark.parametrize("kind", ["net", "pid", "ipc", "uts", "mnt"])
def test_a_namespace_of_the_machine_is_a_gap(proc: Path, inside: tuple[Inside, int], kind: str) -> None:
    (proc / "7/ns" / kind).unlink()
    (proc / "7/ns" / kind).hardlink_to(proc / "self/ns" / kind)
    assert gaps(proc, inside) == [f"the {kind} namespace is the machine's"]


def test_an_interface_is_a_gap(proc: Path, inside: tuple[Inside, int]) -> None:
    (proc / "7/net/dev").write_text("Inter-|\n face |\n    lo: 0 0\n  eth0: 0 0\n")
    assert gaps(proc, inside) == ["there are network interfaces besides lo: eth0"]


@pytest.mark.parametrize(("good", "bad", "told"), [
    ("NSpid:\t4711\t1", "NSpid:\t4711\t2", "first program inside is not ours"),
    ("Uid:\t200000", "Uid:\t0", "would be root"),
    ("Groups:\t200000", "Groups:\t200000 0", "would be root"),
    ("CapEff:\t0000000000000000", "CapEff:\t0000000000000400", "should have been dropped: CapEff"),
    ("NoNewPrivs:\t1", "NoNewPrivs:\t0", "no_new_privs is missing"),
    ("Seccomp:\t2", "Seccomp:\t0", "no system-call filter"),
])  # fmt: skip
def test_a_power_is_a_gap(proc: Path, inside: tuple[Inside, int], good: str, bad: str, told: str) -> None:
    (proc / "7/status").write_text(GOOD_STATUS.replace(good, bad, 1))
    found = gaps(proc, inside)
    assert len(found) == 1
    assert told in found[0]


@pytest.mark.parametrize(("line", "told"), [
    ("9 1 0:5 / /home rw - ext4 /dev/vda rw", f"/home {UNASKED}"),
    ("9 1 0:5 / /run/secrets ro - tmpfs tmpfs rw", f"/run/secrets {UNASKED}"),
    ("9 1 0:5 / /usr/local/deeper rw - ext4 /dev/vdb rw", "/usr/local/deeper can be written"),
    ("9 1 0:5 / / rw - overlay overlay rw", "/ can be written"),
    ("9 1 0:5 / /etc/hosts rw - ext4 /dev/vda rw", "/etc/hosts can be written"),
    ("9 1 0:3 / /out rw,nosuid - tmpfs tmpfs rw", "/out is not nodev"),
    ("9 1 0:3 / /a\\040b ro - tmpfs tmpfs rw", f"/a b {UNASKED}"),
])  # fmt: skip
def test_a_mount_is_a_gap(proc: Path, inside: tuple[Inside, int], line: str, told: str) -> None:
    (proc / "7/mountinfo").write_text("\n".join((*GOOD_MOUNTS, line)) + "\n")
    assert gaps(proc, inside) == [told]


def test_a_writable_place_that_is_no_mount_of_its_own_is_a_gap(
    proc: Path, inside: tuple[Inside, int]
) -> None:
    lines = [line for line in GOOD_MOUNTS if "/out" not in line]
    (proc / "7/mountinfo").write_text("\n".join(lines) + "\n")
    assert gaps(proc, inside) == ["the writable places /out are missing"]


def test_another_size_is_a_gap(proc: Path, inside: tuple[Inside, int]) -> None:
    assert len(gaps(proc, inside, size=8192)) == 1


def test_of_several_mounts_at_one_place_the_last_is_seen() -> None:
    lines = "1 0 0:1 / /x rw - tmpfs a rw\n2 1 0:2 / /x ro,nodev - tmpfs b rw\n"
    assert [(mount.place, sorted(mount.options)) for mount in read_mounts(lines)] == [("/x", ["nodev", "ro"])]


def test_a_process_that_is_not_confined_at_all_has_every_gap(inside: tuple[Inside, int]) -> None:
    expected = Expected(shown=(), writable=("/out",), bytes_each=4096)
    with pytest.raises(SandboxError) as caught:
        confirm_walls(os.getpid(), inside[0], expected, engine="podman")
    assert caught.value.message.code == "GR652"
    for word in ("net namespace", "pid namespace", "first program", "no system-call filter", "/out"):
        assert word in caught.value.message.en


def test_a_process_that_cannot_be_looked_at_is_not_believed(inside: tuple[Inside, int]) -> None:
    expected = Expected(shown=(), writable=("/out",), bytes_each=4096)
    with pytest.raises(SandboxError) as caught:
        confirm_walls(0, inside[0], expected, engine="docker")
    assert caught.value.message.code == "GR653"
    assert "rootless" in caught.value.message.pt
