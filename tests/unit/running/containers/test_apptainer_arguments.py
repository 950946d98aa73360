"""What apptainer is told, without starting it; what root is told who asks for it."""

import os
from pathlib import Path

import pytest

from grader.model.errors import SandboxError, SandboxUnavailable
from grader.model.run import MIB, Bind, Limits
from grader.running.containers.apptainer_arguments import (
    apptainer_arguments,
    apptainer_configuration,
    session_size,
)
from grader.running.containers.apptainer_sandbox import ApptainerSandbox, lay_out_root
from grader.running.containers.arguments import Container

PLACES = {"configuration": Path("/x/conf"), "root": Path("/x/root"), "empty": Path("/x/empty")}


def container(*binds: Bind, **changes: object) -> Container:
    plain = {
        "name": "grader-1-2-3-ab",
        "image": "",
        "user": 1000,
        "limits": Limits(wall_seconds=1, memory_bytes=100 * MIB, disk_bytes=3 * MIB),
        "processes": 77,
        "binds": binds,
        "hidden": ("/usr/lib/grader",),
        "meeting": Path("/x/meeting"),
        "profile": Path("/x/seccomp.json"),
        "python": "/usr/bin/python3",
    }
    return Container(**{**plain, **changes})  # type: ignore[arg-type]


def test_every_wall_and_limit_is_asked_for() -> None:
    words = apptainer_arguments(container(), **PLACES)
    for word in ("--userns", "--containall", "--no-home", "--cleanenv", "--net", "--pid", "--ipc", "--uts",
                 "--no-init", "--no-privs"):  # fmt: skip
        assert word in words
    for option, value in (
        ("--config", "/x/conf"),
        ("--network", "none"),
        ("--memory", str(100 * MIB)),
        ("--memory-swap", str(100 * MIB)),
        ("--pids-limit", "77"),
        ("--pwd", "/submission"),
    ):
        assert words[words.index(option) + 1] == value
    for word in ("--writable", "--fakeroot", "--nv", "--keep-privs", "--add-caps", "--bind"):
        assert word not in words


def test_binds_are_read_only_and_what_is_hidden_is_an_empty_folder() -> None:
    words = apptainer_arguments(container(Bind(source=Path("/s"), target="/staged")), **PLACES)
    mounts = [words[n + 1] for n, word in enumerate(words) if word == "--mount"]
    assert mounts == [
        "type=bind,source=/x/meeting,destination=/meeting,ro",
        "type=bind,source=/s,destination=/staged,ro",
        "type=bind,source=/x/empty,destination=/usr/lib/grader,ro",
    ]


def test_a_path_that_would_be_read_as_something_else_is_our_failure() -> None:
    with pytest.raises(SandboxError) as caught:
        apptainer_arguments(container(Bind(source=Path("/a,rw"), target="/staged")), **PLACES)
    assert caught.value.message.code == "GR654"


def test_the_program_comes_last() -> None:
    words = apptainer_arguments(container(), **PLACES)
    assert words[-6:] == [
        "/x/root", "/usr/bin/python3", "-I", "-S", "/harness/enter.py", "/meeting/socket"
    ]  # fmt: skip


def test_the_configuration_shows_nothing_and_sizes_what_is_written() -> None:
    settings = dict(line.split(" = ") for line in apptainer_configuration(container()).splitlines())
    assert settings["sessiondir max size"] == "3"
    for name in ("mount home", "mount hostfs", "mount tmp", "mount sys", "config passwd", "allow setuid"):
        assert settings[name] == "no"


def test_sizes_are_whole_mebibytes_and_never_more_than_was_asked_for() -> None:
    assert [session_size(size) for size in (1, MIB, 2 * MIB - 1, 512 * MIB)] == [MIB, MIB, MIB, 512 * MIB]


def test_the_root_has_a_place_for_everything_that_is_shown(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    binds = (
        Bind(source=tmp_path, target="/deep/down"),
        Bind(source=tmp_path / "file", target="/etc/passwd"),
    )
    lay_out_root(tmp_path / "root", container(*binds))
    root = tmp_path / "root"
    assert (root / "deep/down").is_dir()
    assert (root / "etc/passwd").read_text() == ""
    for place in ("out", "tmp", "submission", "dev/shm", "proc", "meeting"):
        assert (root / place).is_dir()


def test_root_is_told_that_apptainer_limits_no_disk_for_it(tmp_path: Path) -> None:
    with pytest.raises(SandboxUnavailable) as caught:
        ApptainerSandbox(search=str(tmp_path)).probe()
    assert caught.value.message.code == ("GR658" if os.geteuid() == 0 else "GR650")
