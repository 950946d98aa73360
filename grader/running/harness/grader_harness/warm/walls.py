"""The walls of one warm run: namespaces, mounts and limits of its own, and no power over any of them.

The mother stands in walls that bubblewrap made, with the powers to make further ones. What a run sees is
built anew from what she was shown: a fresh root, fresh writable places, a fresh ``/proc`` and ``/dev``, the
run's own files. Then the root that she stands in goes away as a whole, and with it all that only she sees.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
from pathlib import Path
from typing import Any

NEW_NAMESPACES = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x20000000 | 0x40000000
"""``CLONE_NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWPID | NEWNET``; the user namespace stays bubblewrap's."""
READ_ONLY, NO_SUID, NO_DEVICES, NO_EXEC, REMOUNT = 1, 2, 4, 8, 32
BIND, REC, PRIVATE = 4096, 16384, 1 << 18
DETACH = 2
SET_DUMPABLE, CAP_DROP, NO_NEW_PRIVS, CAP_AMBIENT, CLEAR_ALL = 4, 24, 38, 47, 4
CHILD_SUBREAPER = 36
CAPABILITY_VERSION = 0x20080522
MOST_CAPABILITIES = 64
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
LINKS = {
    "fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2", "core": "/proc/kcore", "ptmx": "pts/ptmx",
}  # fmt: skip
COVERED = ("sys", "sysrq-trigger", "irq", "bus")
"""Parts of ``/proc`` that bubblewrap too makes read-only where they could be written."""
NEW_ROOT = "/tmp"
ROOT_BYTES = 1 << 20
PAGE = 4096
SET_FLAGS, GET_FLAGS, UP = 0x8914, 0x8913, 1

_libc = ctypes.CDLL(None, use_errno=True)


def enter_namespaces() -> None:
    """Leave the mother's namespaces; the next child is pid 1 of the new one."""
    _checked(_libc.unshare(NEW_NAMESPACES), "unshare")


def reap_orphans() -> None:
    """Become the parent of whoever below loses its own."""
    _control(CHILD_SUBREAPER, 1)


def build(asked: dict[str, Any]) -> None:
    """Make what the run sees the only thing that there is; called by pid 1 of the run.

    ``asked`` names what is ``shown`` of the mother's own root, the ``links`` at the root, small ``files``
    by path with their text, ``writable`` places with ``bytes`` and ``mode``, ``binds``: pairs of where a
    thing lies for the mother and where the run sees it, and places to be ``hidden`` in these.
    """
    _mount(None, "/", None, REC | PRIVATE)
    _mount("tmpfs", NEW_ROOT, "tmpfs", NO_SUID | NO_DEVICES, f"size={ROOT_BYTES},mode=0755")
    for path in asked["shown"]:
        _show(path, path)
    for name, target in asked["links"]:
        Path(NEW_ROOT + name).symlink_to(target)
    for path, text in asked["files"].items():
        place = _make_room(path)
        place.write_text(text, encoding="utf-8")
        place.chmod(0o444)
    options = f"size={asked['bytes']},mode={asked['mode']}"
    _devices(options)
    _processes()
    for place in asked["writable"]:
        _make_folder(place)
        _mount("tmpfs", NEW_ROOT + place, "tmpfs", NO_SUID | NO_DEVICES, options)
    for source, target in asked["binds"]:
        _show(source, target)
    for place in asked["hidden"]:
        _mount("tmpfs", NEW_ROOT + place, "tmpfs", NO_SUID | NO_DEVICES, f"size={PAGE},mode=0755")
        _read_only(NEW_ROOT + place)
    _read_only(NEW_ROOT)
    _leave_the_old_root()
    _raise_loopback()


def _show(source: str, target: str) -> None:
    if Path(source).is_dir():
        _make_folder(target)
    else:
        place = _make_room(target)
        if not place.exists():  # else it is masked
            place.touch(0o444)
    # What is bound has the flags that bubblewrap gave it: read-only, no devices.
    _mount(source, NEW_ROOT + target, None, BIND | REC)


def _make_folder(path: str) -> None:
    Path(NEW_ROOT + path).mkdir(0o755, parents=True, exist_ok=True)


def _make_room(path: str) -> Path:
    """Return where the file ``path`` lies at the moment; the folder that it lies in is there."""
    place = Path(NEW_ROOT + path)
    place.parent.mkdir(0o755, parents=True, exist_ok=True)
    return place


def _devices(options: str) -> None:
    dev = NEW_ROOT + "/dev"
    _make_folder("/dev")
    _mount("tmpfs", dev, "tmpfs", NO_SUID | NO_DEVICES, f"size={ROOT_BYTES},mode=0755")
    for name in DEVICES:
        Path(dev, name).touch(0o444)
        _mount(f"/dev/{name}", f"{dev}/{name}", None, BIND)
    for name, target in LINKS.items():
        Path(dev, name).symlink_to(target)
    for name in ("shm", "pts"):
        Path(dev, name).mkdir(0o755)
    _mount("devpts", f"{dev}/pts", "devpts", NO_SUID | NO_EXEC, "newinstance,ptmxmode=0666,mode=620")
    _mount("tmpfs", f"{dev}/shm", "tmpfs", NO_SUID | NO_DEVICES, options)
    _read_only(dev)


def _processes() -> None:
    proc = NEW_ROOT + "/proc"
    _make_folder("/proc")
    _mount("proc", proc, "proc", NO_SUID | NO_DEVICES | NO_EXEC)
    for name in COVERED:
        path = f"{proc}/{name}"
        if os.access(path, os.W_OK):
            _mount(path, path, None, BIND | REC)
            _read_only(path, NO_EXEC)


def _read_only(path: str, more: int = 0) -> None:
    _mount(None, path, None, REMOUNT | BIND | READ_ONLY | NO_SUID | NO_DEVICES | more)


def _leave_the_old_root() -> None:
    os.chdir(NEW_ROOT)
    _checked(_libc.syscall(ctypes.c_long(PIVOT_ROOT[os.uname().machine]), b".", b"."), "pivot_root")
    _checked(_libc.umount2(b".", DETACH), "umount the old root")
    os.chdir("/")


def _raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        request = bytearray(struct.pack("16sH22x", b"lo", 0))
        fcntl.ioctl(asking, GET_FLAGS, request)
        (flags,) = struct.unpack_from("H", request, 16)
        struct.pack_into("H", request, 16, flags | UP)
        fcntl.ioctl(asking, SET_FLAGS, request)


def give_up_all_power(uid: int | None) -> None:
    """Become the user ``uid`` (None: stay who one is) without any capability, now and after any exec."""
    for capability in range(MOST_CAPABILITIES):
        if _libc.prctl(CAP_DROP, ctypes.c_ulong(capability), 0, 0, 0) != 0:
            break
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    _control(CAP_AMBIENT, CLEAR_ALL)
    head, none = struct.pack("=Ii", CAPABILITY_VERSION, 0), bytes(24)
    _checked(_libc.capset(head, none), "capset")
    _control(NO_NEW_PRIVS, 1)


def be_readable() -> None:
    """Let the program read what every program can of itself: a change of user has taken it away."""
    _control(SET_DUMPABLE, 1)


def _mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    words = [None if word is None else word.encode() for word in (source, target, kind, options)]
    code = _libc.mount(words[0], words[1], words[2], ctypes.c_ulong(flags), words[3])
    _checked(code, f"mount {target.removeprefix(NEW_ROOT) or '/'}")


def _control(what: int, value: int) -> None:
    arguments = [ctypes.c_ulong(value), *[ctypes.c_ulong(0)] * 3]
    _checked(_libc.prctl(what, *arguments), f"prctl {what}")


def _checked(code: int, what: str) -> None:
    if code != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
