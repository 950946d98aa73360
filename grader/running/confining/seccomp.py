"""The system-call filter of the sandbox, as data: classic BPF made here, without a library.

It is handed to ``bwrap --seccomp FD``. Numbers are those of the kernel's own tables; a test compares
every one of them with libseccomp's. The filter lets through what programs of a course use and answers

* ``EPERM`` to what reaches for other processes, mounts, namespaces, keys, the machine's settings or the
  processors of the run beside it;
* ``ENOSYS`` to what libraries do without when a kernel is old (``clone3``, ``io_uring``), because a
  filter cannot look behind their pointers, and to every call newer than the tables below;
* ``ENOSYS`` too to what asks which pages or names of shared files the kernel holds in memory, or has it
  drop them: what one run leaves there another could read. Reading with flags (``preadv2``) and advice to
  drop pages get the answer of a kernel that does not know them;
* ``EAFNOSUPPORT`` to socket families that leave the network namespace (``AF_VSOCK``) or that only
  widen the kernel's surface.

``memfd_create`` stays: CUDA needs it.
"""

import errno
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_LD_W_ABS = 0x20
_JEQ = 0x15
_JGT = 0x25
_JGE = 0x35
_JSET = 0x45
_RET = 0x06

_RET_ALLOW = 0x7FFF0000
_RET_ERRNO = 0x00050000

_LOW_HALF = 0xFFFFFFFF
_ANY_FLAG = 0xFFFFFFFF
_FAMILIES_THERE_ARE = 64
"""More than any kernel has; it answers by itself to what is above."""

_AT_NUMBER = 0
_AT_ARCHITECTURE = 4
_AT_ARGUMENTS = 16

X32_BIT = 0x40000000
"""x86-64 calls with this bit are the x32 ABI: a second way to every call, so it is closed."""

NEWEST = 450
"""The newest call the filter knows (``set_mempolicy_home_node``); all above answer ``ENOSYS``."""

CLONE_NAMESPACES = 0x7E020000
"""``CLONE_NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET``."""

FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}
"""Socket families let through with any protocol; netlink only to ask for addresses and routes."""

AF_NETLINK = 16
NETLINK_ROUTE = 0

ADVICE_TO_DROP = {"MADV_COLD": 20, "MADV_PAGEOUT": 21}
"""``madvise`` of who owns a file drops its pages for everybody. A kernel before 5.4 answers ``EINVAL``."""

TERMINAL_REQUESTS = {"TIOCSTI": 0x5412, "TIOCLINUX": 0x541C, "TIOCSETD": 0x5423}
"""``ioctl`` requests that type into a terminal or load a line discipline."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """One machine: its audit number and which column of the tables is its own."""

    name: str
    audit: int
    column: int
    profile: str
    """Its name in an engine's profile."""


ARCHITECTURES = {
    "x86_64": Architecture("x86_64", 0xC000003E, 0, "SCMP_ARCH_X86_64"),
    "aarch64": Architecture("aarch64", 0xC00000B7, 1, "SCMP_ARCH_AARCH64"),
}

FORBIDDEN: dict[str, tuple[int | None, int | None]] = {
    "_sysctl": (156, None),
    "acct": (163, 89),
    "add_key": (248, 217),
    "adjtimex": (159, 171),
    "bpf": (321, 280),
    "chroot": (161, 51),
    "clock_adjtime": (305, 266),
    "clock_settime": (227, 112),
    "create_module": (174, None),
    "delete_module": (176, 106),
    "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263),
    "finit_module": (313, 273),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "get_kernel_syms": (177, None),
    "init_module": (175, 105),
    "ioperm": (173, None),
    "iopl": (172, None),
    "kcmp": (312, 272),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "lookup_dcookie": (212, 18),
    "migrate_pages": (256, 238),
    "modify_ldt": (154, None),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "move_pages": (279, 239),
    "name_to_handle_at": (303, 264),
    "nfsservctl": (180, 42),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "perf_event_open": (298, 241),
    "personality": (135, 92),
    "pidfd_getfd": (438, 438),
    "pivot_root": (155, 41),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "query_module": (178, None),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "sched_setaffinity": (203, 122),
    "setdomainname": (171, 162),
    "sethostname": (170, 161),
    "setns": (308, 268),
    "settimeofday": (164, 170),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "sysfs": (139, None),
    "syslog": (103, 116),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "uselib": (134, None),
    "userfaultfd": (323, 282),
    "ustat": (136, None),
    "vhangup": (153, 58),
    "vserver": (236, None),
}
"""Answered with ``EPERM``: name → (x86-64 number, aarch64 number)."""

UNKNOWN: dict[str, tuple[int | None, int | None]] = {
    "clone3": (435, 435),
    "fadvise64": (221, 223),
    "io_setup": (206, 0),
    "io_submit": (209, 2),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425),
    "memfd_secret": (447, 447),
    "mincore": (27, 232),
    "msgget": (68, 186),
    "openat2": (437, 437),
    "readahead": (187, 213),
    "shmget": (29, 194),
}
"""Answered with ``ENOSYS``. System V segments and queues hold memory that no process maps, so a
watchdog could not count it; Python's shared memory is POSIX and stays. The kernel's own ``aio`` and
``openat2`` carry the flags that ask what is cached (``RWF_NOWAIT``, ``RESOLVE_CACHED``) behind pointers.
``cachestat`` is newer than all of these, so it needs no line."""

ARGUMENTS: dict[str, tuple[int | None, int | None]] = {
    "clone": (56, 220),
    "ioctl": (16, 29),
    "madvise": (28, 233),
    "preadv2": (327, 286),
    "socket": (41, 198),
    "socketpair": (53, 199),
}
"""Calls decided by their arguments."""


def filter_for(machine: str) -> bytes | None:
    """Return the filter for ``machine`` (as ``platform.machine()`` names it) as ``struct sock_filter[]``.

    None when the architecture is not one the tables know: then nothing may be run.
    """
    architecture = ARCHITECTURES.get(machine)
    if architecture is None:
        return None
    return b"".join(_instructions(architecture))


def profile_for(machine: str) -> dict[str, Any] | None:
    """Return the filter for ``machine`` as a container engine reads one; None as :func:`filter_for`.

    It cannot say "every call newer than these": the first program inside installs :func:`filter_for` too.
    """
    architecture = ARCHITECTURES.get(machine)
    if architecture is None:
        return None
    rules = [
        _rule([name for name, numbers in calls.items() if numbers[architecture.column] is not None], answer)
        for calls, answer in ((FORBIDDEN, errno.EPERM), (UNKNOWN, errno.ENOSYS))
    ]
    namespaces = [1 << bit for bit in range(32) if CLONE_NAMESPACES >> bit & 1]
    rules += [_rule(["clone"], errno.EPERM, _masked(0, flag, flag)) for flag in namespaces]
    rules += [
        _rule(["ioctl"], errno.EPERM, _masked(1, _LOW_HALF, request))
        for request in TERMINAL_REQUESTS.values()
    ]
    flags = [1 << bit for bit in range(32)]
    rules += [_rule(["preadv2"], errno.EOPNOTSUPP, _masked(5, flag, flag)) for flag in flags]
    rules += [
        _rule(["madvise"], errno.EINVAL, _masked(2, _LOW_HALF, advice)) for advice in ADVICE_TO_DROP.values()
    ]
    sockets = ["socket", "socketpair"]
    for family in range(_FAMILIES_THERE_ARE):
        if family not in (*FAMILIES.values(), AF_NETLINK):
            rules.append(_rule(sockets, errno.EAFNOSUPPORT, _masked(0, _LOW_HALF, family)))
    other = {"index": 2, "value": NETLINK_ROUTE, "valueTwo": 0, "op": "SCMP_CMP_NE"}
    rules.append(_rule(sockets, errno.EAFNOSUPPORT, _masked(0, _LOW_HALF, AF_NETLINK), other))
    return {
        "defaultAction": "SCMP_ACT_ALLOW",
        "architectures": [architecture.profile],
        "syscalls": rules,
    }


def _rule(names: list[str], answer: int, *arguments: dict[str, Any]) -> dict[str, Any]:
    return {"names": names, "action": "SCMP_ACT_ERRNO", "errnoRet": answer, "args": list(arguments)}


def _masked(index: int, mask: int, value: int) -> dict[str, Any]:
    return {"index": index, "value": mask, "valueTwo": value, "op": "SCMP_CMP_MASKED_EQ"}


def _instructions(architecture: Architecture) -> list[bytes]:
    column = architecture.column
    program = [
        _load(_AT_ARCHITECTURE),
        _jump(_JEQ, architecture.audit, 1, 0),
        _refuse(errno.ENOSYS),
        _load(_AT_NUMBER),
        _jump(_JGE, X32_BIT, 1, 0),
        _jump(_JGT, NEWEST, 0, 1),
        _refuse(errno.ENOSYS),
    ]
    for calls, answer in ((UNKNOWN, errno.ENOSYS), (FORBIDDEN, errno.EPERM)):
        for numbers in calls.values():
            number = numbers[column]
            if number is not None:
                program += [_jump(_JEQ, number, 0, 1), _refuse(answer)]
    for name, block in (
        ("clone", _clone_block()),
        ("ioctl", _closed_block(1, TERMINAL_REQUESTS.values(), errno.EPERM)),
        ("madvise", _closed_block(2, ADVICE_TO_DROP.values(), errno.EINVAL)),
        ("preadv2", _preadv2_block()),
        ("socket", _socket_block()),
        ("socketpair", _socket_block()),
    ):
        number = ARGUMENTS[name][column]
        if number is not None:
            program += [_jump(_JEQ, number, 0, len(block)), *block]
    return [*program, _allow()]


def _clone_block() -> list[bytes]:
    """``clone``: its flags are the first argument, and the kernel reads their low half only."""
    return [_load_argument(0), _jump(_JSET, CLONE_NAMESPACES, 0, 1), _refuse(errno.EPERM), _allow()]


def _closed_block(index: int, values: Iterable[int], answer: int) -> list[bytes]:
    """Refuse a call whose argument ``index`` is one of ``values``; the kernel reads its low half only."""
    block = [_load_argument(index)]
    for value in values:
        block += [_jump(_JEQ, value, 0, 1), _refuse(answer)]
    return [*block, _allow()]


def _preadv2_block() -> list[bytes]:
    """``preadv2`` without flags is ``preadv``, and Python's ``os.preadv`` always asks it so."""
    return [_load_argument(5), _jump(_JSET, _ANY_FLAG, 0, 1), _refuse(errno.EOPNOTSUPP), _allow()]


def _socket_block() -> list[bytes]:
    block = [_load_argument(0)]
    for family in FAMILIES.values():
        block += [_jump(_JEQ, family, 0, 1), _allow()]
    return [
        *block,
        _jump(_JEQ, AF_NETLINK, 0, 3),
        _load_argument(2),
        _jump(_JEQ, NETLINK_ROUTE, 0, 1),
        _allow(),
        _refuse(errno.EAFNOSUPPORT),
    ]


def _load(offset: int) -> bytes:
    return struct.pack("=HBBI", _LD_W_ABS, 0, 0, offset)


def _load_argument(index: int) -> bytes:
    # Little-endian machines only: the low half of a 64-bit argument comes first.
    return _load(_AT_ARGUMENTS + 8 * index)


def _jump(test: int, value: int, if_true: int, if_false: int) -> bytes:
    return struct.pack("=HBBI", test, if_true, if_false, value)


def _refuse(number: int) -> bytes:
    return struct.pack("=HBBI", _RET, 0, 0, _RET_ERRNO | number)


def _allow() -> bytes:
    return struct.pack("=HBBI", _RET, 0, 0, _RET_ALLOW)
