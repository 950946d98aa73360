"""What a grading needs beside a sandbox is tried on this machine, and a gap is told."""

import multiprocessing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from grader.running.bubblewrap.why_no_bubblewrap import mend_of, recognise
from grader.running.probing.machine_needs import machine_needs


class Usage(NamedTuple):
    free: int


def test_this_machine_has_what_a_grading_needs(tmp_path: Path) -> None:
    probed = list(machine_needs(tmp_path / "cache"))
    assert [one.id for one in probed] == ["shared-memory", "temporary-folder", "cache-folder"]
    assert [one.id for one in probed if not one.well] == []


def test_a_machine_without_semaphores_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Context:
        def Semaphore(self, _value: int) -> Any:  # noqa: N802 - the library's
            raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(multiprocessing, "get_context", lambda _kind: Context())
    first = next(iter(machine_needs(tmp_path)))
    assert (first.id, first.well) == ("shared-memory", False)
    assert first.state.pt.endswith("não existe")


def test_a_folder_that_is_none_or_is_full_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    *_, cache = machine_needs(tmp_path / "file" / "cache")
    assert not cache.well
    assert "there is a file where a folder should be" in cache.state.en
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: Usage(free=3 * 2**20))
    *_, cache = machine_needs(tmp_path / "cache")
    assert "3 MiB free only" in cache.state.en


def test_a_chroot_into_a_plain_folder_is_known_and_its_mend_is_for_outside(tmp_path: Path) -> None:
    said = "bwrap: Failed to make / slave: Invalid argument"
    for as_root in (True, False):
        assert recognise(said, as_root=as_root, root=tmp_path) == "root-not-a-mount-point"
    assert mend_of("root-not-a-mount-point", as_root=False) == "sudo mount --bind FOLDER FOLDER"
    assert mend_of("root-not-a-mount-point", as_root=True) == "mount --bind FOLDER FOLDER"
    refused = "bwrap: Failed to make / slave: Operation not permitted"
    assert recognise(refused, as_root=True, root=tmp_path) == "bubblewrap-trial-failed"


@pytest.mark.parametrize(
    ("mounts", "why"),
    [
        (
            "106 88 254:0 /usr /usr rw - ext4 x rw\n107 88 0:5 / /proc rw - proc p rw\n",
            "root-not-a-mount-point",
        ),
        ("25 1 254:0 / / rw - ext4 x rw\n107 88 0:5 / /proc rw - proc p rw\n", "user-namespaces-refused"),
        (None, "user-namespaces-refused"),
    ],
    ids=["in a plain folder", "in a mount point", "nobody can tell"],
)
def test_an_ordinary_user_in_a_chroot_is_not_sent_from_one_gap_to_the_next(
    tmp_path: Path, mounts: str | None, why: str
) -> None:
    if mounts is not None:
        (tmp_path / "proc/self").mkdir(parents=True)
        (tmp_path / "proc/self/mountinfo").write_text(mounts)
    said = "bwrap: No permissions to create new namespace"
    assert recognise(said, as_root=False, root=tmp_path) == why
    assert recognise(said, as_root=True, root=tmp_path) == "bubblewrap-trial-failed"
