"""The unconfined sandbox: the same command runs, its paths translated; time and output are held."""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.model.errors import SandboxError
from grader.model.run import (
    MIB,
    Bind,
    Limits,
    MemoryGuard,
    RunStatus,
    SandboxCommand,
    SandboxOutcome,
    Wanted,
)
from grader.running.inside_paths import InsidePaths
from grader.running.unsafe_sandbox import UnsafeSandbox


def run(
    code: str, tmp_path: Path, *arguments: str, binds: tuple[Bind, ...] = (), **options: float
) -> SandboxOutcome:
    rows = tmp_path / "rows"
    rows.write_bytes(b"rows" * 1000)
    command = SandboxCommand(
        argv=(sys.executable, "-c", code, *arguments),
        binds=binds,
        environment=(("HOME", "/tmp/home"), ("PATH", "/job/bin:/usr/bin"), ("NAME", "ana")),
        limits=Limits(**{"wall_seconds": 20, "memory_bytes": 500 * MIB, **options}),  # type: ignore[arg-type]
        wanted=(Wanted(name="a", max_bytes=99), Wanted(name="link", max_bytes=99)),
        into=tmp_path / "into",
        rows_on_request=rows,
    )
    return UnsafeSandbox().run(command)


def test_a_command_written_for_the_inside_finds_its_places(tmp_path: Path) -> None:
    (tmp_path / "job").mkdir()
    request = {"main": "x.py", "paths": {"out": "/out", "data": "/data"}, "list": ["/data/x", 3]}
    (tmp_path / "job/job.json").write_text(json.dumps(request))
    (tmp_path / "served").mkdir()
    (tmp_path / "served/x").write_text("served")
    code = """
import json, os, pathlib, sys
job = json.load(open(sys.argv[1]))
assert os.path.basename(os.getcwd()) == "submission"
assert open(job["paths"]["data"] + "/x").read() == open(job["list"][0]).read() == "served"
assert pathlib.Path.home().is_dir() and job["main"] == "x.py" and job["list"][1] == 3
assert os.environ["NAME"] == "ana" and os.environ["PATH"].endswith("/job/bin:/usr/bin")
assert not os.environ["PATH"].startswith("/job")
open(os.path.join(job["paths"]["out"], "a"), "w").write("delivered")
os.symlink("/etc/passwd", os.path.join(job["paths"]["out"], "link"))
print("fine")
"""
    binds = (
        Bind(source=tmp_path / "job", target="/job"),
        Bind(source=tmp_path / "served", target="/data"),
    )
    outcome = run(code, tmp_path, "/job/job.json", binds=binds)
    assert (outcome.output, outcome.status) == (b"fine\n", RunStatus.OK)
    assert outcome.collected == ("a",)
    assert [refusal.why for refusal in outcome.refused] == ["not_a_plain_file"]
    assert (tmp_path / "into/a").read_text() == "delivered"
    assert json.loads((tmp_path / "job/job.json").read_text()) == request


def test_the_environment_of_the_grader_stays_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_TEST_SECRET", "secret")
    assert b"SECRET" not in run("import os; print(dict(os.environ))", tmp_path).output


def test_rows_are_handed_over_once(tmp_path: Path) -> None:
    code = """
import os, socket
s = socket.socket(fileno=int(os.environ["GRADER_CONTROL_FD"]))
for _ in range(2):
    s.sendall(b"W")
    n = int.from_bytes(s.recv(8, socket.MSG_WAITALL), "big")
    print(n, len(s.recv(n, socket.MSG_WAITALL)) if n else None)
"""
    outcome = run(code, tmp_path)
    assert (outcome.output, outcome.rows_sent) == (b"4000 4000\n0 None\n", True)


def test_endings_are_told_apart(tmp_path: Path) -> None:
    assert run("raise SystemExit(4)", tmp_path).exit_code == 4
    crash = run("import os; os.kill(os.getpid(), 11)", tmp_path)
    assert (crash.status, crash.signal) == (RunStatus.CRASH, 11)


@pytest.mark.alone
def test_time_is_held(tmp_path: Path) -> None:
    outcome = run("while True: pass", tmp_path, wall_seconds=0.5)
    assert outcome.status is RunStatus.TIMEOUT
    assert 0.5 <= outcome.seconds < 0.7


def test_output_is_held(tmp_path: Path) -> None:
    outcome = run("while True: print('x' * 65535)", tmp_path, output_kept_bytes=1000)
    assert (outcome.status, len(outcome.output)) == (RunStatus.OUTPUT, 1000)
    assert outcome.output_dropped > 63 * MIB


def test_memory_is_watched_on_linux(tmp_path: Path) -> None:
    code = "import time\nx = [bytearray(1 << 20) for _ in range(400)]\ntime.sleep(20)"
    outcome = run(code, tmp_path, memory_bytes=200 * MIB)
    assert (outcome.status, outcome.memory_guard) == (RunStatus.MEMORY, MemoryGuard.WATCHDOG)


def test_the_process_group_dies_with_the_program(tmp_path: Path) -> None:
    code = "import os, time\nif os.fork() == 0:\n  time.sleep(60)\nprint('ended')"
    outcome = run(code, tmp_path)
    assert (outcome.output, outcome.status) == (b"ended\n", RunStatus.OK)
    assert outcome.seconds < 10


def test_a_process_that_leaves_the_group_and_holds_the_output_holds_nothing_up(tmp_path: Path) -> None:
    code = "import os, time\nif os.fork() == 0:\n  os.setsid(); time.sleep(6); os._exit(0)\nprint('ended')"
    outcome = run(code, tmp_path)
    assert (outcome.output, outcome.status) == (b"ended\n", RunStatus.OK)


def test_nothing_is_left_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    run("open('x', 'w'); import os; os.mkdir('d')", tmp_path)
    assert os.listdir(tmp_path / "scratch") == []  # noqa: PTH208 - names are the fact


def test_a_missing_bind_is_our_failure(tmp_path: Path) -> None:
    with pytest.raises(SandboxError) as caught:
        run("pass", tmp_path, binds=(Bind(source=tmp_path / "gone", target="/data"),))
    assert caught.value.message.code == "GR608"


@pytest.fixture
def below_tmp() -> Iterator[Path]:
    """A folder below ``/tmp``, with a space and with an accent: a clone, a course or a cache may lie so."""
    with tempfile.TemporaryDirectory(prefix="um curso ção ", dir="/tmp") as folder:
        yield Path(folder)


def interpreter_in(folder: Path) -> Path:
    """Make a virtual environment as small as one can be, and return its interpreter."""
    (folder / "bin").mkdir(parents=True)
    (folder / "bin/python").symlink_to(Path(sys.executable).resolve())
    (folder / "pyvenv.cfg").write_text(f"home = {Path(sys.executable).resolve().parent}\n")
    return folder / "bin/python"


def command_with(program: Path | str, into: Path, *binds: Bind) -> SandboxCommand:
    code = "import sys; print(open(sys.argv[1]).read(), sys.prefix); open('/'.join([sys.argv[2], 'a']), 'w')"
    return SandboxCommand(
        argv=(str(program), "-c", code, "/data/x", "/out"),
        binds=binds,
        environment=(("HOME", "/tmp/home"),),
        limits=Limits(wall_seconds=20, memory_bytes=500 * MIB),
        wanted=(Wanted(name="a", max_bytes=99),),
        into=into,
    )


@pytest.mark.parametrize("shown_at", ["its own place", "another place", "not shown"])
def test_interpreter_data_and_what_is_collected_may_lie_below_tmp(below_tmp: Path, shown_at: str) -> None:
    python = interpreter_in(below_tmp / "out/.venv")
    (below_tmp / "data").mkdir()
    (below_tmp / "data/x").write_text("linhas")
    binds = {
        "its own place": (Bind(source=below_tmp / "out/.venv", target=str(below_tmp / "out/.venv")),),
        "another place": (Bind(source=below_tmp / "out/.venv", target="/opt/runtime"),),
        "not shown": (),
    }[shown_at]
    program = "/opt/runtime/bin/python" if shown_at == "another place" else python
    data = Bind(source=below_tmp / "data", target="/data")
    outcome = UnsafeSandbox().run(command_with(program, below_tmp / "into", data, *binds))
    assert outcome.output.decode() == f"linhas {below_tmp}/out/.venv\n"
    assert outcome.collected == ("a",)


def test_the_deepest_place_is_taken_and_look_alikes_are_not() -> None:
    paths = InsidePaths.of(
        shown={"/data": Path("/a"), "/data/deep": Path("/b")}, written={"/out": Path("/c")}
    )
    told = {text: paths.real(text) for text in ("/data", "/data/x", "/data/deep/x", "/database", "out")}
    assert told == {
        "/data": "/a",
        "/data/x": "/a/x",
        "/data/deep/x": "/b/x",
        "/database": "/database",
        "out": "out",
    }
    assert paths.real_list("/usr/bin:/out/bin") == "/usr/bin:/c/bin"


def test_what_is_shown_below_a_writable_place_is_itself_and_no_program_lies_in_an_empty_place() -> None:
    paths = InsidePaths.of(
        shown={"/tmp/clone/.venv": Path("/tmp/clone/.venv"), "/job": Path("/j")}, written={"/tmp": Path("/s")}
    )
    told = {text: paths.real(text) for text in ("/tmp/clone/.venv/lib", "/tmp/clone", "/tmp/home")}
    assert told == {
        "/tmp/clone/.venv/lib": "/tmp/clone/.venv/lib",
        "/tmp/clone": "/s/clone",
        "/tmp/home": "/s/home",
    }
    assert paths.command_line(["/tmp/a/python", "/tmp/a"]) == ["/tmp/a/python", "/s/a"]
    assert paths.command_line(["/job/python", "/job/x"]) == ["/j/python", "/j/x"]
