"""What a program inside can see and touch: nothing that is not its own; each finding with its attack."""

import os
import re
import stat
import threading
from pathlib import Path

import pytest

from grader.running.confining.user_ids import ROOT_MODE_UIDS
from tests.integration.confined import INNER_PYTHON, Confined
from tests.integration.inside_programs import (
    PRELUDE,
)

pytestmark = pytest.mark.sandbox


def test_the_program_has_no_power_over_the_machine(confined: Confined) -> None:
    code = (
        PRELUDE
        + """
for path in ("/proc/sys/kernel/core_pattern", "/proc/sys/vm/overcommit_memory", "/proc/sys/kernel/hostname"):
    print(attempt(lambda: open(path, "w") and None))
for line in open("/proc/self/status"):
    if line.startswith(("Cap", "NoNewPrivs", "Seccomp:", "Groups")):
        print(*line.split())
"""
    )
    lines = confined.run(code).text.splitlines()
    assert set(lines[:3]) <= {"EACCES", "EROFS", "EPERM"}
    zero = "0" * 16
    status = dict(line.split(":", 1) for line in lines[3:])
    powers = ("CapInh", "CapPrm", "CapEff", "CapAmb")
    assert {status[name].strip() for name in powers} == {zero}
    assert status["NoNewPrivs"].strip() == "1"
    assert status["Seccomp"].strip() == "2"
    assert "0" not in status["Groups"].split()
    if confined.mode == "root":
        assert status["CapBnd"].strip() == zero


def test_root_of_the_machine_is_nobody_inside(confined: Confined) -> None:
    run = confined.run("import os; print(*os.getresuid(), *os.getresgid())", slot=7)
    (uid,) = set(map(int, run.text.split()))
    assert uid in (ROOT_MODE_UIDS if confined.mode == "root" else [1000])


def test_the_name_of_the_user_and_a_home_are_there(confined: Confined) -> None:
    code = "import getpass, os, pathlib, socket, tempfile\n"
    code += "h = pathlib.Path.home(); open(h / 'x', 'w')\n"
    code += "del os.environ['HOME']\n"
    code += "print(getpass.getuser(), h, pathlib.Path.home(), socket.gethostname(), os.getcwd())\n"
    code += "print(socket.gethostbyname('localhost'), tempfile.gettempdir())"
    assert confined.run(code).text == ("student /tmp/home /tmp/home sandbox /submission\n127.0.0.1 /tmp\n")


@pytest.mark.attack("proc_environ")
def test_no_environment_of_the_grader_is_anywhere(
    confined: Confined, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_TEST_SECRET", "a secret of the grader")
    code = (
        PRELUDE
        + """
print(sorted(os.environ))
for number in filter(str.isdigit, os.listdir("/proc")):
    for name in ("environ", "cmdline", "maps", "stack"):
        path = f"/proc/{number}/{name}"
        print(path, attempt(lambda: open(path, "rb").read()))
"""
    )
    run = confined.run(code)
    assert "secret" not in run.text.lower()
    assert run.text.startswith("['GRADER_CONTROL_FD', 'HOME', 'LC_CTYPE', 'PATH', 'PWD']")
    assert "/proc/1/environ EACCES" in run.text or confined.mode == "root"


@pytest.mark.attack("proc_environ", "detect_grader")
def test_command_lines_name_no_path_of_the_machine(confined: Confined) -> None:
    code = """
import os
for number in filter(str.isdigit, os.listdir("/proc")):
    print(open(f"/proc/{number}/cmdline").read().replace(chr(0), " "))
"""
    shown = confined.folder / "staged"
    shown.mkdir(mode=0o755)
    text = confined.run(code, binds=[[str(shown), "/staged"]]).text
    assert "stage0.py" in text or "mother.py" in text or confined.mode == "root"
    assert str(confined.folder) not in text
    assert "ro-bind" not in text


@pytest.mark.attack("results_forge")
def test_standard_streams_are_pipes_and_nothing_else_is_open(confined: Confined) -> None:
    code = (
        PRELUDE
        + """
print(*[os.readlink(f"/proc/self/fd/{n}").split(":")[0] for n in (0, 1, 2)])
print(attempt(lambda: os.truncate("/proc/self/fd/1", 0)))
others = [n for n in range(3, 4096) if attempt(lambda: os.fstat(n) and None) == "done"]
print(others == [int(os.environ["GRADER_CONTROL_FD"])])
sys.stdout.flush()
for n in range(64):
    if n not in (1, 2) and n not in others:
        attempt(lambda: os.write(n, b"##GRADER## score=100"))
"""
    )
    run = confined.run(code)
    assert run.text.splitlines() == ["/dev/null pipe pipe", "EINVAL", "True"]
    assert run.status == "OK"


@pytest.mark.attack("disk_fill")
def test_only_the_sized_file_systems_are_writable(confined: Confined) -> None:
    code = (
        PRELUDE
        + """
places = {line.split()[4] for line in open("/proc/self/mountinfo")}
folders = set()
for top in sorted(places | {"/"}):
    for folder, inner, _ in os.walk(top):
        folders.add(folder)
        if folder.count("/") > 3 or folder.startswith(("/proc/", "/usr/")):
            inner.clear()
for folder in sorted(folders | {"/usr/bin", "/usr/lib", "/etc", "/harness"}):
    name = os.path.join(folder, "a-new-file")
    if folder != "/tmp/home" and attempt(lambda: open(name, "w") and None) == "done":
        os.remove(name)
        room = os.statvfs(folder)
        print(folder, room.f_blocks * room.f_frsize)
"""
    )
    size = 8 * 1024 * 1024
    run = confined.run(code)
    assert run.text.splitlines() == [
        f"{place} {size}" for place in ("/dev/shm", "/out", "/submission", "/tmp")
    ]


@pytest.mark.attack("fifo_out")
def test_devices_are_few_and_cannot_be_made(confined: Confined) -> None:
    code = (
        PRELUDE
        + """
import stat
print(*sorted(os.listdir("/dev")))
for kind in (stat.S_IFCHR, stat.S_IFBLK):
    print(attempt(lambda: os.mknod("/tmp/device", kind | 0o666, os.makedev(1, 1))))
"""
    )
    lines = confined.run(code).text.splitlines()
    assert not {"mem", "kmsg", "sda", "vda", "fuse", "kvm", "net", "console"} & set(lines[0].split())
    assert lines[1:] == ["EPERM", "EPERM"]


@pytest.mark.attack("read_labels")
def test_nothing_of_the_machine_is_visible_but_the_system(confined: Confined) -> None:
    secret = confined.folder / "labels.npy"
    secret.write_text("labels")
    secret.chmod(0o644)
    code = (
        PRELUDE
        + f"""
print(*sorted(os.listdir("/")))
print(*sorted(os.listdir("/etc")))
for path in ({str(secret)!r}, "/etc/shadow", "/root", "/home", "/var", "/run", "/sys", "/mnt", "/boot"):
    print(os.path.exists(path), os.path.exists("/proc/1/root" + path))
for number in filter(str.isdigit, os.listdir("/proc")):
    print(os.path.exists(f"/proc/{{number}}/root" + {str(secret)!r}))
print(len(list(filter(str.isdigit, os.listdir("/proc")))))
"""
    )
    lines = confined.run(code).text.splitlines()
    inside = {"bin", "dev", "etc", "harness", "lib", "lib64", "out", "proc", "sbin", "submission"}
    assert set(lines[0].split()) <= inside | {"tmp", "usr", "lib32", "libx32"}
    assert {"shadow", "ssh", "hostname"}.isdisjoint(lines[1].split())
    assert not any("True" in line for line in lines[2:-1])
    assert int(lines[-1]) <= 2


@pytest.mark.attack("detect_grader")
def test_the_graders_own_source_is_not_shown(confined: Confined) -> None:
    source = Path(__file__).resolve().parents[2] / "grader"
    code = f"import os; print(os.path.exists({str(source)!r}))\ntry: import grader\n"
    code += "except ImportError: print('no grader')"
    assert confined.run(code).text == "False\nno grader\n"


def test_what_libraries_need_still_works(confined: Confined) -> None:
    code = (
        PRELUDE
        + """
import multiprocessing, subprocess, threading
from multiprocessing import shared_memory
os.memfd_create("cuda")
threading.Thread(target=print, args=("thread",)).start()
print(subprocess.run(["/bin/sh", "-c", "echo shell"], capture_output=True).stdout, flush=True)
with multiprocessing.get_context("fork").Pool(2) as pool:
    print(pool.map(abs, [-1, -2]))
memory = shared_memory.SharedMemory(create=True, size=4096)
memory.close(); memory.unlink()
socket.socketpair()
print("done")
"""
    )
    run = confined.run(code)
    assert run.text.splitlines() == ["thread", "b'shell\\n'", "[1, 2]", "done"]


@pytest.mark.attack("proc_environ")
def test_the_first_program_inside_cannot_be_looked_into(confined: Confined) -> None:
    code = (
        PRELUDE
        + """
for name in ("environ", "mem", "maps", "fd", "cwd", "root", "exe"):
    print(attempt(lambda: os.listdir("/proc/1/fd") if name == "fd" else
                  os.readlink(f"/proc/1/{name}") if name in ("cwd", "root", "exe") else
                  open(f"/proc/1/{name}", "rb").read(10)))
print(attempt(lambda: open("/proc/1/mem", "wb") and None))
"""
    )
    answers = confined.run(code).text.split()
    assert set(answers) <= {"EACCES", "EPERM"}


def test_resource_limits_are_set_inside_and_addresses_are_free(confined: Confined) -> None:
    code = """
import resource as r
for kind in (r.RLIMIT_AS, r.RLIMIT_DATA, r.RLIMIT_CORE, r.RLIMIT_NPROC, r.RLIMIT_FSIZE, r.RLIMIT_NOFILE):
    print(*r.getrlimit(kind))
"""
    lines = [tuple(map(int, x.split())) for x in confined.run(code, processes=99).text.splitlines()]
    assert lines[:3] == [(-1, -1), (-1, -1), (0, 0)]
    assert 99 <= lines[3][1] <= 99 + 16
    assert lines[4] == (8 << 20, 8 << 20)
    assert lines[5][1] <= 4096


@pytest.mark.attack("covert_between_students")
def test_two_sandboxes_do_not_see_each_other(confined: Confined) -> None:
    code = "import os, time; open('/dev/shm/mark', 'w'); time.sleep(0.3)\n"
    code += "print(os.listdir('/dev/shm'), len([n for n in os.listdir('/proc') if n.isdigit()]))"
    answers: list[str] = []

    def other() -> None:
        fellow = Confined("root", confined.folder, confined.driver, confined.sandbox, 50)
        answers.append(fellow.run(code.replace("mark", "other"), slot=1).text)

    thread = threading.Thread(target=other)
    if os.geteuid() == 0:
        thread.start()
    text = confined.run(code, slot=2).text
    if os.geteuid() == 0:
        thread.join()
        assert answers[0].startswith("['other'] ")
    assert text.startswith("['mark'] ")
    assert int(text.split()[-1]) <= 2


def test_the_interpreter_inside_is_the_systems(confined: Confined) -> None:
    assert stat.S_ISREG(Path(INNER_PYTHON).stat().st_mode)
    run = confined.run("import sys; print(sys.flags.isolated)")
    assert run.text == "0\n"


def test_programs_can_open_their_output_by_name(confined: Confined) -> None:
    run = confined.run("open('/dev/stdout', 'w').write('by name')")
    assert run.text == "by name"


@pytest.mark.attack("detect_grader")
def test_what_proc_tells_of_the_machine_is_what_the_threat_model_lists(confined: Confined) -> None:
    code = """
import os
for name in sorted(os.listdir("/proc")):
    path = "/proc/" + name
    try:
        if not name.isdigit() and (os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1)):
            print(name)
    except OSError:
        pass
"""
    page = (Path(__file__).parents[2] / "docs" / "explanation" / "threat-model.md").read_text("utf-8")
    listed = set(re.findall(r"`(?:/proc/)?([\w.-]+)[^`]*`", page.partition("## What can be read about")[2]))
    seen = set(confined.run(code).text.split()) - {"self", "thread-self"}
    assert seen - listed == set()
    assert {"cpuinfo", "meminfo", "stat", "sys"} <= seen
    assert {"kmsg", "kcore", "kpagecount", "slabinfo", "timer_list"}.isdisjoint(seen)
