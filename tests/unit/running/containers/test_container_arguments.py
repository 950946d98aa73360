"""What podman and docker are told, without starting them."""

import io
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.model.errors import SandboxError
from grader.model.run import MIB, Bind, Limits
from grader.running.containers.arguments import (
    DOCKER,
    PODMAN,
    Container,
    Dialect,
    container_arguments,
    empty_image,
    image_name,
    remove_arguments,
    version_of,
    whole_pages,
)

BOTH = pytest.mark.parametrize("dialect", [PODMAN, DOCKER], ids=lambda dialect: dialect.name)


def container(**changes: object) -> Container:
    plain = {
        "name": "grader-1-2-3-ab",
        "image": "localhost/grader-sandbox:0123",
        "user": 200_003,
        "limits": Limits(wall_seconds=1, memory_bytes=100 * MIB, disk_bytes=5000),
        "processes": 77,
        "binds": (Bind(source=Path("/usr"), target="/usr"), Bind(source=Path("/s"), target="/staged")),
        "hidden": ("/usr/lib/python3/dist-packages/grader",),
        "meeting": Path("/tmp/x/meeting"),
        "profile": Path("/tmp/x/seccomp.json"),
        "python": "/usr/bin/python3",
    }
    return Container(**{**plain, **changes})  # type: ignore[arg-type]


def told(dialect: Dialect, **changes: object) -> list[str]:
    return container_arguments(container(**changes), dialect)


def values(words: list[str], option: str) -> list[str]:
    return [words[n + 1] for n, word in enumerate(words) if word == option]


@BOTH
def test_every_wall_is_asked_for(dialect: Dialect) -> None:
    words = told(dialect)
    for option, value in (
        ("--network", "none"),
        ("--ipc", "private"),
        ("--cgroupns", "private"),
        ("--cap-drop", "ALL"),
        ("--pull", "never"),
        ("--log-driver", "none"),
        ("--user", "200003:200003"),
        ("--hostname", "sandbox"),
        ("--userns", "host"),
    ):
        assert values(words, option) == [value], option
    assert values(words, "--security-opt") == [
        "no-new-privileges",
        "label=disable",
        "seccomp=/tmp/x/seccomp.json",
    ]
    assert {"--rm", "--read-only", "--no-healthcheck"} <= set(words)
    for word in ("--privileged", "--cap-add", "--publish", "--volume", "--env", "--init", "--interactive"):
        assert word not in words


def test_each_engine_is_told_what_only_it_knows() -> None:
    assert values(told(PODMAN), "--pid") == values(told(PODMAN), "--uts") == ["private"]
    assert {"--read-only-tmpfs=false", "--http-proxy=false"} <= set(told(PODMAN))
    assert "--pid" not in told(DOCKER)


@BOTH
def test_memory_is_as_large_with_swap_as_without(dialect: Dialect) -> None:
    words = told(dialect)
    assert values(words, "--memory") == values(words, "--memory-swap") == [str(100 * MIB)]
    assert values(words, "--pids-limit") == ["77"]
    assert {"core=0:0", "nofile=4096:4096", "fsize=5000:5000"} <= set(values(words, "--ulimit"))


@BOTH
def test_every_writable_place_has_a_size_in_whole_pages(dialect: Dialect) -> None:
    words = told(dialect)
    assert values(words, "--shm-size") == ["8192"]
    places = dict(value.split(":", 1) for value in values(words, "--tmpfs"))
    assert set(places) == {"/out", "/tmp", "/submission"}
    for options in places.values():
        assert {"rw", "nosuid", "nodev", "size=8192"} <= set(options.split(","))


@BOTH
def test_everything_shown_is_read_only_and_what_is_hidden_is_an_empty_folder(dialect: Dialect) -> None:
    mounts = values(told(dialect), "--mount")
    shown = [mount for mount in mounts if mount.startswith("type=bind")]
    assert all(mount.endswith(",readonly") for mount in shown)
    assert {mount.split(",")[2] for mount in shown} == {"dst=/usr", "dst=/staged", "dst=/meeting"}
    empty = [mount for mount in mounts if mount.startswith("type=tmpfs")]
    assert all(",ro," in mount and "tmpfs-size=4096" in mount for mount in empty)
    closed = {mount.split(",")[1] for mount in empty}
    assert closed == {"dst=/sys", "dst=/dev/mqueue", "dst=/usr/lib/python3/dist-packages/grader"}


@BOTH
def test_a_lent_gpu_is_its_device_files_and_sys(dialect: Dialect) -> None:
    words = told(dialect, devices=("/dev/nvidiactl", "/dev/nvidia1"))
    assert values(words, "--device") == ["/dev/nvidiactl", "/dev/nvidia1"]
    assert not any("dst=/sys" in mount for mount in values(words, "--mount"))
    assert "--gpus" not in words
    assert values(told(dialect), "--device") == []


@BOTH
def test_nothing_of_the_command_is_on_the_command_line_of_the_engine(dialect: Dialect) -> None:
    words = told(dialect)
    image = words.index("localhost/grader-sandbox:0123")
    assert values(words, "--entrypoint") == ["/usr/bin/python3"]
    assert words[image + 1 :] == ["-I", "-S", "/harness/enter.py", "/meeting/socket"]


@BOTH
@pytest.mark.parametrize("path", ["/a,readonly=false", '/a"b', "/a\nb", "relative"])
def test_a_path_that_would_be_read_as_something_else_is_our_failure(dialect: Dialect, path: str) -> None:
    with pytest.raises(SandboxError) as caught:
        told(dialect, binds=(Bind(source=Path(path), target="/data"),))
    assert caught.value.message.code == "GR654"


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20))
def test_a_path_that_is_told_is_one_field(name: str) -> None:
    bind = Bind(source=Path("/" + name.lstrip("/")), target="/data")
    try:
        mounts = values(told(PODMAN, binds=(bind,)), "--mount")
    except SandboxError:
        return
    mount = next(mount for mount in mounts if mount.endswith("dst=/data,readonly"))
    assert mount.split(",") == ["type=bind", f"src={bind.source}", "dst=/data", "readonly"]


def test_a_container_is_taken_away_alive_or_not() -> None:
    assert remove_arguments("grader-1") == ["rm", "--force", "--volumes", "grader-1"]


def test_the_image_holds_places_and_links_and_no_file() -> None:
    image = empty_image([("/bin", "usr/bin")])
    with tarfile.open(fileobj=io.BytesIO(image)) as archive:
        members = {member.name: member for member in archive}
    assert not any(member.isfile() for member in members.values())
    assert members["bin"].linkname == "usr/bin"
    assert {"usr", "proc", "out", "tmp", "submission", "dev/shm", "harness", "meeting"} <= set(members)
    assert {member.uid for member in members.values()} == {0}


def test_another_image_has_another_name_and_the_same_one_the_same() -> None:
    image = empty_image([("/bin", "usr/bin")])
    assert image_name(image) == image_name(empty_image([("/bin", "usr/bin")]))
    assert image_name(image) != image_name(empty_image([]))
    assert image_name(image).startswith("localhost/")


@pytest.mark.parametrize(("said", "version"), [
    ("4.9.3\n", (4, 9, 3)), ("v20.10.24", (20, 10, 24)), ("4.3.1+ds1", (4, 3, 1)), ("5.0.0-dev", (5, 0, 0)),
    ("1.3.0-rc.1", (1, 3, 0)), ("", ()), ("unknown", ()),
])  # fmt: skip
def test_versions_are_read_as_far_as_they_are_numbers(said: str, version: tuple[int, ...]) -> None:
    assert version_of(said) == version


@given(st.integers(1, 1 << 40))
def test_sizes_are_whole_pages_and_never_less(size: int) -> None:
    assert size <= whole_pages(size) < size + 4096
    assert whole_pages(size) % 4096 == 0
