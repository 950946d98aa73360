"""Programs that reach for what is not theirs: other processes, limits, the machine's files and its users."""

import fcntl
import os
import threading
from pathlib import Path

import pytest

from tests.integration.confined import MIB, MODES, Confined, Driver
from tests.integration.inside_programs import PRELUDE, number

pytestmark = pytest.mark.sandbox


@pytest.mark.attack("read_labels")
def test_a_walk_over_everything_finds_no_labels(confined: Confined) -> None:
    assert confined.promises is not None
    labels = str(confined.promises.labels)
    code = (
        PRELUDE
        + f"""
print(attempt(lambda: open({labels!r}).read()), attempt(lambda: open("/etc/shadow").read()))
numbers = [n for n in os.listdir("/proc") if n.isdigit()]
inside = [f"/proc/{{n}}/{{part}}" for n in numbers for part in ("root", "fd", "cwd")]
for top in ["/", "/proc/self/cwd/..", *inside]:
    for folder, inner, names in os.walk(top):
        inner[:] = [n for n in inner if n not in ("proc", "usr", "root")]
        for name in names:
            path = os.path.join(folder, name)
            try:
                text = open(path, "rb").read(1 << 16) if os.path.isfile(path) else b""
            except OSError:
                continue
            if len(text) == 32:  # as long as the labels are
                print(path, text)
print("walked")
"""
    )
    run = confined.run(code, wall_seconds=20)
    assert run.status == "OK"
    assert run.text.splitlines()[0] == "ENOENT ENOENT"
    assert run.text.endswith("walked\n")


@pytest.mark.attack("course_in_usr")
def test_a_course_below_a_folder_that_is_shown_is_not_seen(confined: Confined) -> None:
    course = confined.folder / "shown" / "src" / "course"
    (course / "submissions" / "bob").mkdir(parents=True)
    (course / "submissions" / "bob" / "digits.py").write_text("bob's work")
    (course.parent / "beside").write_text("a program of the machine")
    away = confined.folder / "away"
    away.symlink_to(course)
    code = """
import os
for folder, inner, names in os.walk("/opt/shown"):
    print(folder, inner, names)
"""
    for hidden in ([course], [away], [course, course / "submissions"], [course / "not-yet", course]):
        run = confined.run(
            code,
            binds=[(str(confined.folder / "shown"), "/opt/shown")],
            hidden=[str(path) for path in hidden],
        )
        assert run.status == "OK", run.text
        assert run.text.splitlines() == [
            "/opt/shown ['src'] []",
            "/opt/shown/src ['course'] ['beside']",
            "/opt/shown/src/course [] []",
        ]


@pytest.mark.attack("ptrace_parent")
def test_no_process_can_be_traced_or_written_to(confined: Confined) -> None:
    code = (
        PRELUDE
        + """
ATTACH, TRACEME, SEIZE = 16, 0, 0x4206
print(*(libc.ptrace(kind, pid, 0, 0) for kind, pid in
        ((TRACEME, 0), (ATTACH, os.getppid()), (SEIZE, 1), (ATTACH, 1))))
for path in ("/proc/1/mem", f"/proc/{os.getppid()}/mem"):
    print(attempt(lambda: open(path, "r+b") and None))
"""
    )
    lines = confined.run(code).text.splitlines()
    assert lines[0].split() == ["-1"] * 4
    assert set(lines[1:]) <= {"EACCES", "EPERM"}


@pytest.mark.attack("pidfd_steal")
def test_a_handle_on_another_process_gives_nothing(confined: Confined) -> None:
    code = (
        PRELUDE
        + """
import signal
print(call(438, os.pidfd_open(os.getpid()), 1, 0))
for pid in (1, os.getppid()):
    handle = os.pidfd_open(pid)
    print(call(438, handle, 1, 0), attempt(lambda: signal.pidfd_send_signal(handle, signal.SIGKILL)))
print("alive")
"""
    )
    lines = confined.run(code).text.splitlines()
    assert lines[0] == "EPERM"
    assert {line.split()[0] for line in lines[1:3]} == {"EPERM"}
    assert lines[-1] == "alive"


@pytest.mark.attack("limits_raised")
def test_limits_and_priorities_cannot_be_raised(confined: Confined) -> None:
    code = (
        PRELUDE
        + """
import resource
def tried(action):
    try:
        action()
    except (OSError, ValueError) as error:
        return "refused"
    return "done"
for kind in (resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_CORE):
    hard = resource.getrlimit(kind)[1]
    print(tried(lambda: resource.prlimit(0, kind, (hard + 1, hard + 1))))
print(tried(lambda: os.nice(-1)), tried(lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))))
adjust = "/proc/self/oom_score_adj"
print(tried(lambda: os.write(os.open(adjust, os.O_WRONLY), b"-1000")), open(adjust).read().strip())
"""
    )
    lines = confined.run(code).text.split()
    assert lines == ["refused"] * 7 + ["0"]


@pytest.mark.attack("proc_writes")
def test_the_kernels_own_files_take_nothing(confined: Confined) -> None:
    code = (
        PRELUDE
        + """
for path in ("/proc/sysrq-trigger", "/proc/self/uid_map", "/proc/self/gid_map", "/proc/self/setgroups",
             "/proc/self/loginuid", "/proc/1/oom_score_adj", "/proc/sys/kernel/ns_last_pid",
             "/proc/sys/user/max_user_namespaces", "/proc/sys/net/ipv4/ip_forward", "/proc/acpi",
             "/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/kernel/uevent_helper"):
    print(path, attempt(lambda: os.write(os.open(path, os.O_WRONLY), b"0 0 1") and None))
"""
    )
    answers = dict(line.split() for line in confined.run(code).text.splitlines())
    refusals = {"EACCES", "EPERM", "EROFS", "ENOENT", "EISDIR", "OSError", "EINVAL"}
    assert set(answers.values()) <= refusals, answers


@pytest.mark.attack("setuid_files")
def test_setuid_bits_and_file_powers_of_its_own_making_are_worth_nothing(confined: Confined) -> None:
    code = (
        PRELUDE
        + """
import shutil, subprocess
copy = shutil.copy("/usr/bin/id", "/tmp/id")
os.chmod(copy, 0o6755)
print(subprocess.run([copy, "-u"], capture_output=True, text=True).stdout.strip() or "not run", os.getuid())
print(attempt(lambda: os.setxattr(copy, "security.capability", b"\\1\\0\\0\\2" + b"\\xff" * 16)))
for change in (lambda: os.chown(copy, 0, 0), lambda: os.setuid(0), lambda: os.setgroups([0])):
    print(attempt(change))
"""
    )
    lines = confined.run(code).text.splitlines()
    ran, own = lines[0].rsplit(" ", 1)
    assert ran in {own, "not run"}
    assert set(lines[1:]) <= {"EPERM", "ENOTSUP", "EINVAL", "EOPNOTSUPP"}


@pytest.mark.attack("memfd_exec")
def test_a_program_without_a_file_is_as_confined_as_any(confined: Confined) -> None:
    code = (
        PRELUDE
        + """
fd = os.memfd_create("nameless", 0)
os.write(fd, open("/usr/bin/cat", "rb").read())
os.execve(fd, ["cat", "/proc/self/status", "/etc/shadow"], {})
"""
    )
    text = confined.run(code).text
    assert "Seccomp:\t2" in text
    assert "CapEff:\t0000000000000000" in text
    assert "No such file" in text


@pytest.mark.attack("watched_files")
def test_watches_on_shared_files_run_out_and_outlive_nobody(confined: Confined) -> None:
    code = (
        PRELUDE
        + """
def watch(path):
    ctypes.set_errno(0)
    return libc.inotify_add_watch(fd, path, 0xfff)
fds = []
while (fd := libc.inotify_init1(0)) >= 0:
    fds.append(fd)
fd = fds[0]
print(len(fds) < 4096, watch(b"/usr/bin/env") > 0, watch(b"/proc/1/root"))
"""
    )
    run = confined.run(code)
    assert run.text.split()[:2] == ["True", "True"]
    outside = Path("/usr/bin/env").read_bytes()
    again = confined.run(code)
    assert again.text == run.text
    assert Path("/usr/bin/env").read_bytes() == outside


@pytest.mark.attack("covert_between_students", "locked_files")
def test_a_lock_on_a_shared_file_is_gone_with_its_run(confined: Confined) -> None:
    files = sorted(path for path in Path("/usr/bin").iterdir() if path.is_file() and not path.is_symlink())
    shared = files[os.getpid() % len(files)]  # one that no other grader of this machine has locked just now
    code = f"import fcntl, time\nf = open({str(shared)!r}); fcntl.flock(f, fcntl.LOCK_EX)\n"
    code += "print('locked', flush=True); time.sleep(60)"
    run = confined.run(code, wall_seconds=0.5)
    assert (run.status, run.text) == ("TIMEOUT", "locked\n")
    with shared.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.attack("shared_memory")
def test_segments_and_queues_of_the_system_are_closed_or_ones_own(confined: Confined) -> None:
    code = (
        PRELUDE
        + """
print(attempt(lambda: libc.shmget(0x1234, 4096, 0o1666) and None), libc.shmget(0x1234, 4096, 0o1666))
rt = ctypes.CDLL("librt.so.1", use_errno=True)
made = 0
while rt.mq_open(f"/queue{made}".encode(), 0o102, 0o600, None) >= 0:
    made += 1
print(0 < made < 300)
"""
    )
    lines = confined.run(code).text.splitlines()
    assert lines[0].split()[1] == "-1"
    assert lines[1] == "True"
    assert not list(Path("/dev/mqueue").glob("queue*")) if Path("/dev/mqueue").is_dir() else True


@pytest.mark.attack("fellow_prying")
def test_a_fellow_run_at_the_same_time_is_neither_seen_nor_reached(
    confined: Confined, driver: Driver
) -> None:
    fellow = Confined(MODES[0], confined.folder, Driver(driver.folder), confined.sandbox, 70)
    victim = (
        "import time; open('/tmp/of-the-fellow', 'w'); print('up', flush=True); time.sleep(1); print('on')"
    )
    told: list[str] = []
    thread = threading.Thread(target=lambda: told.append(fellow.run(victim, slot=1).text))
    thread.start()
    code = (
        PRELUDE
        + """
import signal, time
end = time.monotonic() + 0.8
seen = set()
while time.monotonic() < end:
    for pid in range(2, 400):
        if pid not in (os.getpid(), os.getppid()):
            if attempt(lambda: os.kill(pid, signal.SIGKILL)) != "ESRCH":
                seen.add(pid)
    seen.update(name for name in os.listdir("/tmp") if "fellow" in name)
    seen.update(name for name in os.listdir("/proc") if name.isdigit() and int(name) > 400)
print(seen)
"""
    )
    text = confined.run(code, slot=2).text
    thread.join()
    fellow.driver.stop()
    assert text == "set()\n"
    assert told == ["up\non\n"]


SOCKETS = """
import socket
keep = []
while held < 400 << 20:
    keep.append(socket.socketpair())
    keep[-1][0].setblocking(False)
    try:
        while True:
            held += keep[-1][0].send(bytes(65536))
    except BlockingIOError:
        pass
"""


PIPES = """
for _ in range(20):
    if os.fork() == 0:
        break
for _ in range(2000):
    write = os.pipe()[1]
    os.set_blocking(write, False)
    try:
        while True:
            os.write(write, bytes(4096))
    except BlockingIOError:
        pass
"""


PAGE_TABLES = """
import mmap
area = mmap.mmap(-1, 400 << 30, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, mmap.PROT_READ)
for at in range(4096, len(area), 2 << 20):
    area[at]
"""


HIDDEN_FILES = """
for _ in range(6):
    for _ in range(4080 - len(os.listdir("/proc/self/fd"))):
        os.dup(0)
    if os.fork() == 0:
        os.closerange(3, 4096)
    else:
        time.sleep(60)
for _ in range(10):
    os.write(os.memfd_create("x"), bytes(60 << 20))
"""


@pytest.mark.attack("kernel_memory")
@pytest.mark.parametrize("way", [SOCKETS, PIPES, PAGE_TABLES, HIDDEN_FILES])
def test_memory_that_no_process_shows_counts_too(confined: Confined, way: str) -> None:
    code = f"import os, time\nheld = 0\n{way}\nprint('held', flush=True)\ntime.sleep(60)"
    run = confined.run(code, memory_bytes=150 * MIB, disk_bytes=64 * MIB, wall_seconds=8)
    assert run.status == "MEMORY"


@pytest.mark.attack("processor_grab")
def test_the_processors_of_the_run_beside_it_cannot_be_had(confined: Confined) -> None:
    code = PRELUDE + (
        "own = os.sched_getaffinity(0)\n"
        "print(attempt(lambda: os.sched_setaffinity(0, range(64))))\n"
        "print(attempt(lambda: os.sched_setaffinity(0, own)))\n"
    )
    assert confined.run(code).text.split() == ["EPERM", "EPERM"]


CHANNEL = """
import mmap
file = os.open("/data/pages", os.O_RDONLY)
area = mmap.mmap(file, 0, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_WRITE)
start = ctypes.addressof(ctypes.c_char.from_buffer(area))
room = ctypes.create_string_buffer(256)
name = ctypes.create_string_buffer(b"/usr/a-name")
how = (ctypes.c_uint64 * 3)(0, 0, 0x20)  # RESOLVE_CACHED
drop = [attempt(lambda: os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)),
        attempt(lambda: os.posix_fadvise(file, 0, 0, os.POSIX_FADV_RANDOM)),
        *(call(MADVISE, start, len(area), advice) for advice in (20, 21)), call(READAHEAD, file, 0, 4096)]
look = [attempt(lambda: os.preadv(file, [bytearray(1)], 0, flag)) for flag in (8, 1, 128, 8 | 1)]
look += [call(MINCORE, start, len(area), ctypes.addressof(room)), call(CACHESTAT, file,
         ctypes.addressof(room), ctypes.addressof(room), 0), call(IO_SETUP, 1, ctypes.addressof(room)),
         call(IO_SUBMIT, 0, 0, 0), call(OPENAT2, -100, ctypes.addressof(name), ctypes.addressof(how), 24)]
print(*drop)
print(*look)
"""


@pytest.mark.attack("cached_pages")
def test_no_call_tells_what_the_run_before_has_read(confined: Confined) -> None:
    pages = confined.folder / "pages"
    pages.write_bytes(bytes(2**20))
    pages.chmod(0o644)
    names = ("madvise", "readahead", "mincore", "io_setup", "io_submit", "openat2")
    numbers = {"cachestat": 451, **{name: number(name) for name in names}}
    code = PRELUDE + "".join(f"{name.upper()} = {told}\n" for name, told in numbers.items()) + CHANNEL
    lines = confined.run(code, binds=[[str(confined.folder), "/data"]]).text.splitlines()
    assert lines[0].split() == ["ENOSYS", "ENOSYS", "EINVAL", "EINVAL", "ENOSYS"]
    assert lines[1].split() == ["ENOTSUP"] * 4 + ["ENOSYS"] * 5  # EOPNOTSUPP by its other name
