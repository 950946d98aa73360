"""What bubblewrap is told, without starting it."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from grader.model.run import MIB, Bind, Limits, SandboxCommand
from grader.running.bubblewrap.arguments import Descriptors, bubblewrap_arguments, program
from grader.running.inside import Mode, small_files, with_harness

HARNESS = Path("/opt/grader/harness")
USER = Mode.ordinary()
ROOT = Mode.root(200_003)
DESCRIPTORS = Descriptors(seccomp=10, info=11, control=12, status=13, etc=(("/etc/passwd", 14),))


def command(*binds: Bind, **changes: object) -> SandboxCommand:
    given_ = {"environment": (("HOME", "/tmp/home"),), "argv": ("/usr/bin/python3", "x.py"), **changes}
    limits = Limits(wall_seconds=1, memory_bytes=MIB, disk_bytes=5000)
    return SandboxCommand(binds=binds, limits=limits, wanted=(), into=Path("/into"), **given_)  # type: ignore[arg-type]


def arguments(mode: Mode, *binds: Bind, **options: object) -> list[str]:
    return bubblewrap_arguments(
        command(*binds), mode=mode, descriptors=DESCRIPTORS, harness=HARNESS, **options  # type: ignore[arg-type]
    )  # fmt: skip


def place(told: list[str], *words: str) -> int:
    """Return where ``words`` stand in a row."""
    rows = range(len(told) - len(words) + 1)
    return next(n for n in rows if told[n : n + len(words)] == list(words))


def test_an_ordinary_user_gets_a_namespace_that_forbids_further_ones() -> None:
    told = arguments(USER)
    for word in ("--unshare-user", "--disable-userns", "--as-pid-1"):
        assert word in told
    assert place(told, "--uid", "1000") < place(told, "--gid", "1000")
    assert "--cap-add" not in told


def test_root_gets_no_user_namespace_and_keeps_only_what_setpriv_needs() -> None:
    told = arguments(ROOT)
    for word in ("--unshare-user", "--disable-userns", "--as-pid-1", "--uid"):
        assert word not in told
    added = [told[n + 1] for n, word in enumerate(told) if word == "--cap-add"]
    assert added == ["CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"]
    assert place(told, "--cap-drop", "ALL") < told.index("--cap-add")


def test_every_mode_leaves_network_processes_and_the_rest_behind() -> None:
    for mode in (USER, ROOT):
        told = arguments(mode)
        for word in ("ipc", "pid", "net", "uts", "cgroup-try"):
            assert f"--unshare-{word}" in told
        for word in ("--new-session", "--die-with-parent", "--clearenv", "--seccomp"):
            assert word in told


def test_every_tmpfs_has_a_size_in_whole_pages() -> None:
    told = arguments(USER)
    for n, word in enumerate(told):
        if word == "--tmpfs":
            assert told[n - 4 : n] == ["--perms", "0700", "--size", "8192"]
    assert {told[n + 1] for n, word in enumerate(told) if word == "--tmpfs"} == {
        "/tmp", "/out", "/submission", "/dev/shm",
    }  # fmt: skip


def test_root_mode_folders_are_open_to_the_user_inside() -> None:
    told = arguments(ROOT)
    assert told[told.index("/out") - 4 : told.index("/out") - 2] == ["1777", "--size"]


def test_the_root_and_dev_are_closed_when_all_is_in_place() -> None:
    told = arguments(USER, Bind(source=Path("/a"), target="/data"))
    assert place(told, "--tmpfs", "/dev/shm") < place(told, "--remount-ro", "/dev")
    last_mount = max(n for n, word in enumerate(told) if word in {"--ro-bind", "--tmpfs", "--file", "--dir"})
    assert last_mount < place(told, "--remount-ro", "/")


def test_binds_are_read_only_and_outer_ones_come_first() -> None:
    told = arguments(
        USER,
        Bind(source=Path("/mask"), target="/rt/lib/labels.csv"),
        Bind(source=Path("/runtime"), target="/rt"),
    )
    assert place(told, "--ro-bind", "/runtime", "/rt") < place(
        told, "--ro-bind", "/mask", "/rt/lib/labels.csv"
    )
    assert "--bind" not in told


def test_folders_above_a_bind_are_made_readable_and_none_inside_another_bind() -> None:
    told = arguments(
        ROOT,
        Bind(source=Path("/s"), target="/root/.cache/runtimes/x"),
        Bind(source=Path("/m"), target="/root/.cache/runtimes/x/lib/file"),
    )
    made = [told[n + 1] for n, word in enumerate(told) if word == "--dir"]
    assert made == ["/etc", "/root", "/root/.cache", "/root/.cache/runtimes"]
    for n, word in enumerate(told):
        if word == "--dir":
            assert told[n - 2 : n] == ["--perms", "0755"]


def test_folders_above_a_bind_in_a_writable_place_are_made_too_and_not_the_place_itself() -> None:
    told = arguments(ROOT, Bind(source=Path("/tmp/um curso/base"), target="/tmp/um curso/base"))
    assert [told[n + 1] for n, word in enumerate(told) if word == "--dir"] == ["/etc", "/tmp/um curso"]


def test_our_own_source_is_covered_where_a_bind_would_show_it() -> None:
    hidden = Path("/usr/lib/python3/dist-packages/grader")
    told = arguments(USER, hidden=(hidden,))
    assert place(told, "--ro-bind", "/usr", "/usr") < place(told, "--tmpfs", str(hidden))
    assert place(told, "--tmpfs", str(hidden)) < place(told, "--remount-ro", str(hidden))
    assert str(hidden) not in arguments(USER, hidden=(Path("/home/ana/grader"),))


def test_a_lent_gpu_stands_between_dev_and_its_closing() -> None:
    told = arguments(USER, devices=["--dev-bind", "/dev/nvidia0", "/dev/nvidia0"])
    assert place(told, "--dev", "/dev") < place(told, "--dev-bind", "/dev/nvidia0", "/dev/nvidia0")
    assert place(told, "--dev-bind", "/dev/nvidia0", "/dev/nvidia0") < place(told, "--remount-ro", "/dev")


def test_root_becomes_an_unused_user_by_slot_before_anything_of_ours_runs() -> None:
    started = program(command(), mode=ROOT, descriptors=DESCRIPTORS, python="/usr/bin/python3", processes=512)
    assert started[0] == "/usr/bin/setpriv"
    assert place(started, "--reuid", "200003") < place(started, "--regid", "200003")
    for word in ("--clear-groups", "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"):
        assert word in started
    assert started.index("exec") < started.index("--")


def test_the_command_comes_last_and_whole() -> None:
    started = program(command(), mode=USER, descriptors=DESCRIPTORS, python="/py", processes=77)
    assert started[:4] == ["/py", "-I", "-S", "/harness/stage0.py"]
    assert started[4:] == ["init", "12", "13", "77", "5000", "--", "/usr/bin/python3", "x.py"]


def test_the_harness_is_shown_once() -> None:
    own = Bind(source=Path("/mine"), target="/harness")
    assert with_harness((own,), HARNESS) == (own,)
    assert with_harness((), HARNESS) == (Bind(source=HARNESS, target="/harness"),)


def test_the_small_files_name_nobody_of_this_machine() -> None:
    files = small_files(ROOT)
    assert files["/etc/passwd"].startswith("student:x:200003:200003:")
    assert files["/etc/passwd"].count("\n") == 1


@given(st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=4), max_size=6))
def test_no_bind_is_ever_hidden_by_a_later_one(paths: list[list[str]]) -> None:
    binds = [Bind(source=Path("/s"), target="/x/" + "/".join(parts)) for parts in paths]
    ordered = [bind.target for bind in with_harness(binds, HARNESS)]
    for n, target in enumerate(ordered):
        assert not any(target.startswith(later + "/") for later in ordered[n + 1 :])
