"""What a program can see and touch: nothing that is not its own."""

import os
import secrets
import socket
import tempfile
from pathlib import Path

from grader.model.run import Bind, RunStatus
from grader.running.conformance.case import Case
from grader.running.conformance.testbed import DEFAULTS, Testbed

SECRET = "GRADER_CONFORMANCE_SECRET"  # noqa: S105 - the name of a variable

ATTEMPT = """
import errno, os, socket, sys
def attempt(action):
    try:
        action()
    except OSError as error:
        return errno.errorcode.get(error.errno, "OSError")
    return "done"
"""

NETWORK = """
def reach(family, kind, address):
    with socket.socket(family, kind) as s:
        s.settimeout(2)
        s.connect(address)
        s.send(b"x")
names = [line.split(":")[0].strip() for line in open("/proc/self/net/dev") if ":" in line]
print(*[name for name in names if name != "lo"])
for family, kind, address in (
    (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", {port})),
    (socket.AF_UNIX, socket.SOCK_STREAM, "\\0{name}"),
    (socket.AF_INET, socket.SOCK_STREAM, ("169.254.169.254", 80)),
    (socket.AF_INET, socket.SOCK_DGRAM, ("192.0.2.1", 53)),
    (socket.AF_INET6, socket.SOCK_DGRAM, ("2001:db8::1", 53)),
):
    print(attempt(lambda: reach(family, kind, address)))
print(attempt(lambda: socket.socket(40, socket.SOCK_STREAM)), attempt(lambda: socket.socket(17, 3)))
"""

WRITABLE = """
places = {{line.split()[4] for line in open("/proc/self/mountinfo")}} | {{"/"}}
folders = set()
for top in sorted(places):
    for folder, inner, _ in os.walk(top):
        folders.add(folder)
        inner[:] = [name for name in inner if not os.path.islink(os.path.join(folder, name))]
        if folder.count("/") > 3 or folder.startswith(("/proc/", "/sys/", "/usr/", "/home/", "/root/")):
            inner.clear()
for folder in sorted(folders | {{"/usr/bin", "/usr/lib", "/etc", "/bin", "/dev", "/harness"}}):
    name = os.path.join(folder, {token!r})
    if attempt(lambda: open(name, "x").close()) == "done":
        os.remove(name)
        room = os.statvfs(folder)
        if room.f_blocks * room.f_frsize > {size} or not room.f_blocks:
            print(folder, room.f_blocks * room.f_frsize)
for path in ("/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sysrq-trigger"):
    if attempt(lambda: os.close(os.open(path, os.O_WRONLY))) == "done":
        print(path)
"""

SEARCH = """
import os
name, where = {name!r}, {where!r}
roots = ["", "/proc/1/root", "/proc/self/root"]
roots += ["/proc/%s/root" % n for n in os.listdir("/proc") if n.isdigit()]
for root in roots:
    if os.path.exists(root + where):
        print("found at", root + where)
        raise SystemExit
for folder, inner, files in os.walk("/"):
    if folder in ("/proc", "/sys"):
        inner.clear()
    if name in files or name in inner:
        print("found at", folder)
        break
"""

PROCESSES = """
import os
words = [bytes.fromhex(word) for word in {words!r}]
for number in filter(str.isdigit, os.listdir("/proc")):
    for file in ("cmdline", "environ"):
        try:
            content = open("/proc/%s/%s" % (number, file), "rb").read()
        except OSError:
            continue
        for word in words:
            if word in content:
                print(file, "of", number, "tells", word)
for pair in os.environ.items():
    if any(word.decode() in pair for word in words):
        print("the environment tells", *pair)
print("looked")
"""

POWERS = """
import os
for line in open("/proc/self/status"):
    name, _, value = line.partition(":")
    if name in ("CapInh", "CapPrm", "CapEff", "CapAmb") and int(value, 16):
        print(name, value.strip())
    if name == "NoNewPrivs" and value.strip() != "1" or name == "Seccomp" and value.strip() == "0":
        print(name, value.strip())
if 0 in os.getresuid() + os.getresgid() or 0 in os.getgroups():
    print("root inside:", os.getresuid(), os.getresgid(), os.getgroups())
"""

NAMESPACES = """
import ctypes, os, tempfile
libc = ctypes.CDLL(None, use_errno=True)
for name, flag in (("user", 0x10000000), ("mount", 0x20000), ("net", 0x40000000), ("pid", 0x20000000)):
    child = os.fork()
    if child == 0:
        os._exit(0 if libc.unshare(flag) == 0 else 1)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
        print("a new namespace:", name)
place = tempfile.mkdtemp(dir=".").encode()
if libc.mount(b"x", place, b"tmpfs", 0, None) == 0:
    libc.umount2(place, 2)
    print("a mount")
"""

PAGES = """
import ctypes, mmap
libc = ctypes.CDLL(None, use_errno=True)
arm = os.uname().machine == "aarch64"
file = os.open({path!r}, os.O_RDONLY)
area = mmap.mmap(file, 0, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_WRITE)
start = ctypes.addressof(ctypes.c_char.from_buffer(area))
def call(*arguments):
    if libc.syscall(*[a if isinstance(a, bytes) else ctypes.c_long(a) for a in arguments]) < 0:
        raise OSError(ctypes.get_errno(), "")
asks = {{
    "posix_fadvise": lambda: os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED),
    "preadv2": lambda: os.preadv(file, [bytearray(1)], 0, 8),
    "mincore": lambda: call(232 if arm else 27, start, 4096, ctypes.addressof((ctypes.c_char * 1)())),
    "readahead": lambda: call(213 if arm else 187, file, 0, 4096),
    "cachestat": lambda: call(451, file, ctypes.addressof((ctypes.c_uint64 * 2)(0, 4096)),
                              ctypes.addressof((ctypes.c_uint64 * 5)()), 0),
    "madvise": lambda: call(233 if arm else 28, start, 4096, 21),
    "openat2": lambda: call(437, -100, b"/usr", ctypes.addressof((ctypes.c_uint64 * 3)(0, 0, 32)), 24),
    "aio": lambda: call(0 if arm else 206, 1, ctypes.addressof((ctypes.c_uint64 * 1)())),
}}
print(*[name for name in asks if attempt(asks[name]) in ("done", "EAGAIN")])
"""


def no_network(stand: Testbed) -> str | None:
    """Nothing is reached: not this machine's loopback, nor its abstract sockets, nor the world."""
    name = f"{stand.token}"
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        unix.bind(f"\0{name}")
        unix.listen()
        code = ATTEMPT + NETWORK.format(port=tcp.getsockname()[1], name=name)
        lines = stand.run(code).output.decode(errors="replace").splitlines()
    if len(lines) != 7:  # noqa: PLR2004 - one line each
        return f"printed {lines}"
    if lines[0]:
        return f"interfaces besides lo: {lines[0]}"
    reached = [n for n, line in enumerate(lines[1:6]) if line == "done"]
    if reached:
        places = ("the machine's loopback", "an abstract socket", "metadata", "IPv4", "IPv6")
        return f"reached: {', '.join(places[n] for n in reached)}"
    return f"sockets of vsock, packet: {lines[6]}" if "done" in lines[6] else None


def read_only_system(stand: Testbed) -> str | None:
    """Only sized places can be written, and none of them is larger than its limit."""
    size = DEFAULTS.disk_bytes
    seen = stand.run(ATTEMPT + WRITABLE.format(token=stand.token, size=size))
    if seen.status is not RunStatus.OK:
        return f"told as {seen.status.value}: {seen.output[-300:]!r}"
    lines = seen.output.decode(errors="replace").splitlines()
    return f"can be written: {'; '.join(lines[:8])}" if lines else None


def no_canary(stand: Testbed) -> str | None:
    """A file planted on this machine is found by no walk, readable as it is for everybody."""
    with tempfile.TemporaryDirectory(prefix="grader-labels-") as made:
        folder = Path(made).resolve()
        folder.chmod(0o755)
        canary = folder / f"labels-{secrets.token_hex(8)}.npy"
        canary.write_text("the true labels")
        canary.chmod(0o644)
        code = SEARCH.format(name=canary.name, where=str(canary))
        seen = stand.run(code)
    if seen.status is not RunStatus.OK or seen.output:
        return f"{seen.status.value}: {seen.output[-300:].decode(errors='replace')}"
    return None


def no_secrets(stand: Testbed) -> str | None:
    """Neither the environment of the grader nor a path of this machine stands in any process inside."""
    secret = secrets.token_hex(16)
    shown = stand.shown("staged/main.py", b"").parent
    # As hexadecimal digits: the program's own command line must not tell what it looks for.
    words = [word.encode().hex() for word in (secret, SECRET, str(stand.folder))]
    os.environ[SECRET] = secret
    try:
        outcome = stand.run(PROCESSES.format(words=words), binds=(Bind(source=shown, target="/staged"),))
    finally:
        del os.environ[SECRET]
    *told, last = outcome.output.decode(errors="replace").splitlines() or [""]
    if outcome.status is not RunStatus.OK or last != "looked":
        return f"{outcome.status.value}: {outcome.output[-300:]!r}"
    return "; ".join(told[:5]) or None


def own_processes_only(stand: Testbed) -> str | None:
    """No process of this machine is seen inside."""
    seen = stand.run("import os; print(len([n for n in os.listdir('/proc') if n.isdigit()]))")
    count = seen.output.strip()
    few = 4
    return None if count.isdigit() and int(count) <= few else f"{count.decode()} processes are seen inside"


def no_powers(stand: Testbed) -> str | None:
    """No capability, no root, no new privileges, a system-call filter."""
    seen = stand.run(POWERS)
    told = seen.output.decode(errors="replace").strip()
    return told.replace("\n", "; ") or (None if seen.status is RunStatus.OK else seen.status.value)


def no_namespaces(stand: Testbed) -> str | None:
    """No namespace, no mount."""
    seen = stand.run(NAMESPACES)
    told = seen.output.decode(errors="replace").strip()
    return told.replace("\n", "; ") or (None if seen.status is RunStatus.OK else seen.status.value)


def no_look_at_cached_pages(stand: Testbed) -> str | None:
    """Which pages of a shown file are in memory is neither told nor changed by any call."""
    shown = stand.shown("shown/pages", bytes(2**16))
    code = ATTEMPT + PAGES.format(path="/shown/pages")
    seen = stand.run(code, binds=(Bind(source=shown.parent, target="/shown"),))
    if seen.status is not RunStatus.OK:
        return f"told as {seen.status.value}: {seen.output[-300:]!r}"
    told = seen.output.decode(errors="replace").strip()
    return f"answered: {told}" if told else None


WALLS = (
    Case(name="network", proves="nothing outside is reached", check=no_network),
    Case(name="read-only-system", proves="only sized places can be written", check=read_only_system),
    Case(name="label-canary", proves="a file of this machine is found by no walk", check=no_canary),
    Case(name="no-secrets", proves="no environment of the grader, no path of this machine is seen",
         check=no_secrets),
    Case(name="own-processes", proves="no process of this machine is seen", check=own_processes_only),
    Case(name="no-powers", proves="not root, no capability, no new privileges, a filter", check=no_powers),
    Case(name="no-namespaces", proves="no namespace and no mount can be made", check=no_namespaces),
    Case(name="cached-pages", proves="no call tells or changes what the machine has cached",
         check=no_look_at_cached_pages),
)  # fmt: skip
