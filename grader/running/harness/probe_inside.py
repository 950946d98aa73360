"""Tries from inside what a sandbox must refuse, and prints what it met as one line of JSON.

Started as ``PYTHON -I -S -c TEXT REQUEST``; standard library only, any Python from 3.7 on. REQUEST is JSON:

* ``canary``: where a file lies on the machine, with its device and inode;
* ``secret``: what stands in the grader's environment, written backwards, so that this command line is no hit;
* ``port``, ``socket``: where the machine listens, on its loopback and by an abstract name;
* ``quota``: bytes that each writable place may hold; ``places``: these places.

It leaves nothing behind, even where nothing holds it: files have no name, a namespace is a child's.
"""

from __future__ import annotations

import errno
import json
import os
import socket
import sys
from contextlib import suppress

FAMILIES = {"VSOCK": 40, "PACKET": 17, "ALG": 38, "BLUETOOTH": 31, "XDP": 44, "KEY": 15, "CAN": 29}
SETTINGS = (
    "/proc/sys/kernel/core_pattern",
    "/proc/sys/kernel/hostname",
    "/proc/sys/kernel/modprobe",
    "/proc/sys/vm/overcommit_memory",
    "/proc/sysrq-trigger",
)
READ_ONLY = ("/", "/dev", "/etc", "/usr", "/usr/bin", "/usr/lib", "/proc", "/sys", "/harness")
LOOKED_AT = 20_000
UNSEARCHED = ("/usr", "/proc", "/sys", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin")
CLONE_NEWUSER = 0x10000000
PIECE = 64 * 1024
CONNECT_SECONDS = 0.2


def main(text: str) -> None:
    """Answer the request."""
    request = json.loads(text)
    tries = {
        "label-canary": lambda: find_canary(**request["canary"]),
        "proc-environ": lambda: find_secret(request["secret"][::-1].encode()),
        "proc-sys": writable_settings,
        "user-namespaces": new_namespaces,
        "vsock": open_families,
        "loopback": lambda: reach(request["port"], request["socket"]),
        "tmpfs-size": lambda: fill(request["places"], request["quota"]),
    }
    answers = {}
    for name, attempt in tries.items():
        try:
            answers[name] = attempt()
        except Exception as problem:
            answers[name] = {"problem": f"{type(problem).__name__}: {problem}"}
    print(json.dumps(answers), flush=True)


def find_canary(path: str, device: int, inode: int) -> dict[str, object]:
    """Look for the machine's file by its path, below what could be the machine's root, and by a search."""
    roots = ["", *(f"/proc/{n}/{way}" for n in processes() for way in ("root", "cwd"))]
    for top in listed("/"):
        roots += [f"/{top}", *(f"/{top}/{name}" for name in listed(f"/{top}")[:200])]
    found = [root + path for root in roots if is_same(root + path, device, inode)]
    searched, looked_at = search(os.path.basename(path), inode)  # noqa: PTH119 - pathlib doubles the start
    return {"found": found + searched, "looked_at": looked_at}


def is_same(path: str, device: int, inode: int) -> bool:
    """Return whether ``path`` is the machine's file and no other that happens to be there."""
    with suppress(OSError):
        seen = os.stat(path)  # noqa: PTH116
        return (seen.st_dev, seen.st_ino) == (device, inode)
    return False


def search(name: str, inode: int) -> tuple[list[str], int]:
    """Walk the tree, the nearest folders first, without the system's own."""
    found, looked_at, waiting = [], 0, ["/"]
    while waiting and looked_at < LOOKED_AT:
        folder = waiting.pop(0)
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                looked_at += 1
                if entry.name == name and entry.inode() == inode:
                    found.append(entry.path)
                if entry.path not in UNSEARCHED and entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
    return found, looked_at


def find_secret(secret: bytes) -> dict[str, object]:
    """Look into every environment and command line that can be read."""
    held = [name for name, value in os.environb.items() if secret in value]
    found = [f"the variable {os.fsdecode(name)}" for name in held]
    for number in processes():
        for name in ("environ", "cmdline"):
            path = f"/proc/{number}/{name}"
            with suppress(OSError), open(path, "rb") as file:  # noqa: PTH123
                if secret in file.read():
                    found.append(path)
    return {"found": found}


def writable_settings() -> dict[str, object]:
    """Open the machine's settings for writing, and write nothing."""
    found = []
    for path in SETTINGS:
        with suppress(OSError):
            os.close(os.open(path, os.O_WRONLY))
            found.append(path)
    return {"found": found}


def new_namespaces() -> dict[str, object]:
    """Ask for a user namespace, in a child that then ends."""
    import ctypes

    child = os.fork()
    if child == 0:
        os._exit(1 if ctypes.CDLL(None).unshare(CLONE_NEWUSER) == 0 else 0)
    allowed = os.waitpid(child, 0)[1] != 0
    return {"found": ["CLONE_NEWUSER"] if allowed else []}


def open_families() -> dict[str, object]:
    """Open sockets of families that leave the network namespace or widen the kernel's surface."""
    found = []
    for name, number in FAMILIES.items():
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
            with suppress(OSError):
                socket.socket(number, kind).close()
                found.append(f"AF_{name}")
                break
    return {"found": found}


def reach(port: int, name: str) -> dict[str, object]:
    """Connect to what listens on the machine."""
    found = []
    ways = (
        (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", port), f"127.0.0.1:{port}"),
        (socket.AF_UNIX, socket.SOCK_STREAM, "\0" + name, f"@{name}"),
    )
    for family, kind, address, told in ways:
        with suppress(OSError), socket.socket(family, kind) as tried:
            tried.settimeout(CONNECT_SECONDS)
            tried.connect(address)
            found.append(told)
    return {"found": found}


def fill(places: list[str], quota: int) -> dict[str, object]:
    """Write into each place until it is full or holds too much, and try the places that hold nothing."""
    held = {place: write_until_full(place, quota) for place in places}
    return {
        "found": [place for place in READ_ONLY if is_writable(place)],
        "too_much": [place for place, size in held.items() if size > quota],
        "nothing": [place for place, size in held.items() if size == 0],
    }


def write_until_full(place: str, quota: int) -> int:
    """Return how many bytes a place took in; a little more than ``quota`` at the most."""
    taken, files = 0, []
    try:
        while taken <= quota:
            files.append(os.open(place, os.O_TMPFILE | os.O_WRONLY, 0o600))
            size = 0
            while size < quota // 2 and taken <= quota:  # below the limit on one file's size
                wrote = os.write(files[-1], b"\1" * PIECE)
                size, taken = size + wrote, taken + wrote
    except OSError:
        pass
    finally:
        for file in files:
            os.close(file)
    return taken


def is_writable(place: str) -> bool:
    """Return whether a file could be made in a place."""
    try:
        os.close(os.open(place, os.O_TMPFILE | os.O_WRONLY, 0o600))
    except OSError as error:
        # A file system without nameless files cannot be tried without leaving something.
        return error.errno == errno.EOPNOTSUPP and os.access(place, os.W_OK)
    return True


def processes() -> list[str]:
    """Return the numbers of the processes that can be seen."""
    return [name for name in listed("/proc") if name.isdigit()] + ["self"]


def listed(folder: str) -> list[str]:
    """Return the names in a folder; none where it cannot be read."""
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208
    except OSError:
        return []


main(sys.argv[1])
