"""User ids for sandboxes: lent to one at a time, whoever asks on this machine."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from grader.running.confining.user_ids import lend_user_id, lock_folder

IDS = range(5000, 5004)


def test_the_id_of_a_slot_is_lent_where_it_is_free(tmp_path: Path) -> None:
    with lend_user_id(2, folder=tmp_path, ids=IDS) as uid:
        assert uid == 5002


def test_two_graders_with_the_same_slot_get_different_ids(tmp_path: Path) -> None:
    with lend_user_id(3, folder=tmp_path, ids=IDS) as one, lend_user_id(3, folder=tmp_path, ids=IDS) as two:
        assert (one, two) == (5003, 5000)


def test_an_id_given_back_is_lent_again(tmp_path: Path) -> None:
    for _ in range(2):
        with lend_user_id(0, folder=tmp_path, ids=IDS) as uid:
            assert uid == 5000


def test_when_all_are_lent_that_is_told(tmp_path: Path) -> None:
    with (
        lend_user_id(0, folder=tmp_path, ids=IDS[:1]),
        pytest.raises(OSError, match="every user id"),
        lend_user_id(0, folder=tmp_path, ids=IDS[:1]),
    ):
        pass


def test_a_killed_grader_gives_its_id_back(tmp_path: Path) -> None:
    code = (
        "import pathlib, sys\nfrom grader.running.confining.user_ids import lend_user_id\n"
        f"with lend_user_id(0, folder=pathlib.Path({str(tmp_path)!r}), ids=range(5000, 5004)) as uid:\n"
        "    print(uid, flush=True)\n    sys.stdin.read()"
    )
    other = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"5000\n"
        with lend_user_id(0, folder=tmp_path, ids=IDS) as uid:
            assert uid == 5001
        other.send_signal(signal.SIGKILL)
    with lend_user_id(0, folder=tmp_path, ids=IDS) as uid:
        assert uid == 5000


def test_a_lock_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "5000").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="5000"), lend_user_id(0, folder=tmp_path, ids=IDS):
        pass
    assert not (tmp_path / "elsewhere").exists()


def test_the_folder_is_nobody_elses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert lock_folder().stat().st_mode & 0o077 == 0
    lock_folder().rmdir()
    (tmp_path / "grader-user-ids").symlink_to("/etc")
    with pytest.raises(PermissionError):
        lock_folder()
