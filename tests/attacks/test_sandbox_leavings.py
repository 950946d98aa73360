"""What programs leave in /out to hurt whoever collects it, and what they plant for later."""

import os
from pathlib import Path

import pytest

from tests.integration.confined import MIB, Confined

pytestmark = pytest.mark.sandbox

PREDICTIONS = [["predictions.npy", MIB]]


@pytest.mark.attack("endless_folders")
@pytest.mark.parametrize(
    "code", ["os.mkdir(f'/out/{n}')", "os.mkdir('d'); os.chdir('d')", "os.mkfifo(f'/out/{n}')"]
)
def test_folders_without_end_are_a_disk_limit(confined: Confined, code: str) -> None:
    program = f"import itertools, os\nos.chdir('/out')\nfor n in itertools.count():\n    {code}"
    run = confined.run(program, files=3000, wall_seconds=20)
    assert run.status == "DISK"
    assert run.seconds < 10


@pytest.mark.attack("odd_names")
def test_names_of_any_length_and_bytes_are_nobodys_wish(confined: Confined) -> None:
    code = """
import os
names = b"a" * 255, b"\\xff\\xfe", b"new\\nline", b"-rf", b"predictions.npy ", b"PREDICTIONS.NPY", b"\\x1b[2J"
for name in names:
    open(b"/out/" + name, "w").close()
open("/out/predictions.npy", "w").write("mine")
try:
    open("/out/" + "b" * 4097, "w")
except OSError as error:
    print(error.errno)
"""
    run = confined.run(code, wanted=PREDICTIONS)
    assert (run.status, run.text) == ("OK", "36\n")
    assert [path.name for path in confined.into.iterdir()] == ["predictions.npy"]


@pytest.mark.attack("replaced_folder")
def test_the_folder_that_is_collected_cannot_be_exchanged(confined: Confined) -> None:
    code = """
import os
for change in (lambda: os.rename("/out", "/tmp/out"), lambda: os.rmdir("/out"),
               lambda: os.symlink("/etc", "/out/x/y"), lambda: os.replace("/tmp/home", "/out")):
    try:
        change()
        print("done")
    except OSError as error:
        print(error.errno)
os.mkdir("/out/sub")
os.symlink("/etc", "/out/link")
open("/out/sub/predictions.npy", "w").write("elsewhere")
"""
    run = confined.run(code, wanted=[*PREDICTIONS, ["link", MIB], ["sub", MIB]])
    assert "done" not in run.text
    assert run.collected == []
    assert set(run.refused.values()) == {"not_a_plain_file"}


@pytest.mark.attack("changing_file")
def test_a_file_that_changes_until_the_end_is_taken_once_and_stays(confined: Confined) -> None:
    code = """
import mmap, os
file = open("/out/predictions.npy", "w+b")
file.truncate(1 << 20)
shared = mmap.mmap(file.fileno(), 1 << 20)
pid = os.fork()
while True:
    for letter in b"abc":
        shared[:] = bytes([letter]) * (1 << 20)
    if pid == 0:
        os.ftruncate(file.fileno(), 1 << 19)
        os.ftruncate(file.fileno(), 1 << 20)
"""
    run = confined.run(code, wanted=PREDICTIONS, wall_seconds=0.8)
    assert run.status in {"TIMEOUT", "CRASH", "ERROR"}
    taken = confined.into / "predictions.npy"
    before = taken.read_bytes()
    assert len(before) <= MIB
    assert taken.read_bytes() == before
    assert run.collected == ["predictions.npy"]


@pytest.mark.attack("holes")
def test_a_file_of_holes_costs_no_more_than_it_may(confined: Confined) -> None:
    code = "for n in range(8):\n  f = open(f'/out/{n}', 'wb'); f.truncate(8 << 20); f.close()"
    run = confined.run(code, wanted=[[str(n), 64 * MIB] for n in range(8)])
    held = sum(path.stat().st_size for path in confined.into.iterdir())
    assert held <= 8 * MIB
    assert len(run.collected) + len(run.refused) == 8


@pytest.mark.attack("hidden_outputs")
def test_modes_attributes_and_leases_keep_no_file_from_being_looked_at(confined: Confined) -> None:
    code = """
import fcntl, os
file = open("/out/predictions.npy", "w")
file.write("mine"); file.flush()
for name in ("user.x", "trusted.x", "system.posix_acl_access"):
    try:
        os.setxattr("/out/predictions.npy", name, b"\\2\\0\\0\\0" + b"\\x01\\0\\0\\0\\xff\\xff\\xff\\xff")
    except OSError:
        pass
fcntl.flock(file, fcntl.LOCK_EX)
fcntl.lockf(file, fcntl.LOCK_EX)
try:
    fcntl.fcntl(file, 1024, fcntl.F_WRLCK)
except OSError:
    pass
os.chmod("/out/predictions.npy", 0)
"""
    run = confined.run(code, wanted=PREDICTIONS)
    assert (run.status, run.collected) == ("OK", ["predictions.npy"])
    assert (confined.into / "predictions.npy").read_text() == "mine"


@pytest.mark.attack("planted_files")
def test_nothing_planted_in_the_sandbox_meets_the_next_run(confined: Confined) -> None:
    plant = """
import os
for folder in ("/tmp", "/tmp/home", "/submission", "/out", "/dev/shm"):
    for name in (".bashrc", "sitecustomize.py", "usercustomize.py", "x.pth", ".keras", "numpy.py"):
        with open(os.path.join(folder, name), "w") as file:
            file.write("print('planted')")
"""
    confined.run(plant)
    look = (
        "import os\nfor d in ('/tmp', '/tmp/home', '/submission', '/out', '/dev/shm'): print(os.listdir(d))"
    )
    run = confined.run(look)
    assert run.text.splitlines() == ["['home']", "[]", "[]", "[]", "[]"]


@pytest.mark.attack("last_moment")
def test_what_is_done_while_dying_is_done_or_not_and_nothing_else(confined: Confined) -> None:
    code = """
import atexit, os, threading, time
def write():
    part = f"/out/part-{threading.get_ident()}"
    while True:
        with open(part, "w") as file:
            file.write("x" * 1000)
        os.replace(part, "/out/predictions.npy")
for _ in range(8):
    threading.Thread(target=write, daemon=True).start()
atexit.register(lambda: os._exit(0))
atexit.register(write)
time.sleep(0.2)
"""
    run = confined.run(code, wanted=PREDICTIONS, wall_seconds=0.8)
    assert run.status == "TIMEOUT"
    assert run.refused == {}
    assert (confined.into / "predictions.npy").read_text() == "x" * 1000


@pytest.mark.attack("huge_writes")
def test_one_write_larger_than_the_room_is_held(confined: Confined) -> None:
    code = """
import os
for flag in (0, os.O_SYNC):
    try:
        fd = os.open("/out/predictions.npy", os.O_CREAT | os.O_WRONLY | flag)
        os.posix_fallocate(fd, 0, 1 << 30)
        print("done")
    except OSError as error:
        print(error.errno)
"""
    run = confined.run(code, wanted=PREDICTIONS)
    assert "done" not in run.text
    assert (confined.into / "predictions.npy").stat().st_size <= MIB


def test_root_of_the_machine_owns_what_was_collected(confined: Confined) -> None:
    confined.run("open('/out/predictions.npy', 'w').write('x')", wanted=PREDICTIONS)
    owner = Path(confined.into / "predictions.npy").stat().st_uid
    assert owner == (os.geteuid() if confined.mode == "root" else confined.folder.stat().st_uid)
