"""Recognises why bubblewrap cannot confine on this machine, and knows the command that mends it.

The sentences are those of bubblewrap's source (0.8 to 0.11), as the distributions ship it. One sentence can
have several causes ("No permissions to create a new namespace"), so the kernel's own settings are looked at
first, then whether this is a container, and only then the sentence alone decides.
"""

import re
from pathlib import Path

_NAMESPACES = re.compile(
    r"setting up [ug]id map|RTM_NEW|[Nn]o permissions to creat\w*( a)? new namespace"
    r"|Creating new namespace failed|unshare (user|pid) n"
)
_NESTED = re.compile(
    r"Can't mount (proc|tmpfs|devpts)|pivot_root|Failed to make / slave|Failed to mount tmpfs"
    r"|setting up newroot bind|capset failed|Dropping capability|prctl\(PR_SET_SECCOMP\)|/proc/\d+/root"
)
_EXHAUSTED = re.compile(r"max_\*_namespaces exceeded|No space left on device")
_SETUID = re.compile(r"in setuid mode|Unexpected setuid user")
_NO_MOUNT = re.compile(r"Failed to make / slave: Invalid argument")
"""The kernel's answer where / is no mount point: in a chroot into a plain folder."""
_KERNEL = re.compile(r"kernel does not support user namespaces|CONFIG_SECCOMP")

_SYSCTL = "proc/sys"
CLONE = "kernel/unprivileged_userns_clone"
HOW_MANY = "user/max_user_namespaces"
APPARMOR = "kernel/apparmor_restrict_unprivileged_userns"

_CONTAINER_FILES = (".dockerenv", "run/.containerenv", "run/systemd/container", "run/secrets/kubernetes.io")
_CONTAINER_GROUPS = re.compile(r"docker|kubepods|libpod|lxc")

_PROFILE = "bwrap-userns-restrict"
_MENDS: dict[str, tuple[str, ...]] = {
    "bubblewrap-not-installed": ("apt-get install bubblewrap",),
    "bubblewrap-too-old": ("apt-get install --only-upgrade bubblewrap",),
    "bubblewrap-blocked-by-apparmor": (
        "apt-get install apparmor-profiles",
        f"install -m 0644 /usr/share/apparmor/extra-profiles/{_PROFILE} /etc/apparmor.d/",
        f"apparmor_parser -r /etc/apparmor.d/{_PROFILE}",
    ),
    "user-namespaces-disabled": ("sysctl -w kernel.unprivileged_userns_clone=1",),
    "user-namespaces-exhausted": ("sysctl -w user.max_user_namespaces=15000",),
    "bubblewrap-setuid-root": ("chmod u-s /usr/bin/bwrap",),
    "root-not-a-mount-point": ("mount --bind FOLDER FOLDER",),
    # Root needs no user namespace.
    "user-namespaces-refused": ("grader doctor",),
}
_WALLS = (
    *("label-canary", "proc-environ", "proc-sys", "user-namespaces", "vsock", "loopback", "tmpfs-size"),
    *("kill", "die-with-parent"),
)
"""Probes that only another program in bubblewrap's place can fail."""
_PROBE_MENDS = {
    **dict.fromkeys(_WALLS, ("apt-get install --reinstall bubblewrap",)),
    # A session of systemd's own, whose memory groups an ordinary user may use.
    "memory": ("apt-get install dbus-user-session",),
    "cu-init": ("nvidia-modprobe -u -c=0",),
}
_CONTAINER_OPTIONS = (
    "docker run --cap-add SYS_ADMIN --cap-add NET_ADMIN --cap-add SYS_PTRACE"
    " --security-opt seccomp=unconfined --security-opt apparmor=unconfined"
    " --security-opt systempaths=unconfined"
)


def recognise(words: str, *, as_root: bool, root: Path = Path("/")) -> str:
    """Return the catalogue's code for what bubblewrap ``words`` when it could not confine.

    ``root`` is where ``proc``, ``run`` and the marks of a container lie. What nobody knows is ``GR604``.
    """
    if _SETUID.search(words):
        return "bubblewrap-setuid-root"
    if _NO_MOUNT.search(words):
        return "root-not-a-mount-point"
    if _NAMESPACES.search(words) and not as_root and _in_plain_folder(root):
        return "root-not-a-mount-point"
    nested = in_container(root)
    if _NAMESPACES.search(words) and not as_root:
        return _forbidden(words, nested=nested, root=root)
    if nested and (_NAMESPACES.search(words) or _NESTED.search(words)):
        return "bubblewrap-blocked-by-container"
    return "kernel-lacks-sandbox-features" if _KERNEL.search(words) else "bubblewrap-trial-failed"


def _forbidden(words: str, *, nested: bool, root: Path) -> str:
    """Return why an ordinary user may not make namespaces."""
    if _setting(root, CLONE) == 0:
        return "user-namespaces-disabled"
    if _setting(root, HOW_MANY) == 0 or _EXHAUSTED.search(words):
        return "user-namespaces-exhausted"
    if nested:
        return "bubblewrap-blocked-by-container"
    if _KERNEL.search(words):
        return "kernel-lacks-sandbox-features"
    restricted = _setting(root, APPARMOR)
    # An older file system may hide the setting; these two sentences come of nothing else we know.
    typical = re.search(r"setting up uid map|RTM_NEWADDR", words)
    return (
        "bubblewrap-blocked-by-apparmor"
        if restricted or (restricted is None and typical)
        else "user-namespaces-refused"
    )


def _in_plain_folder(root: Path) -> bool:
    """Return whether / is no mount point: in a chroot the kernel lets no ordinary user make namespaces."""
    try:
        mounts = (root / "proc/self/mountinfo").read_text(errors="replace").splitlines()
    except OSError:
        return False
    return bool(mounts) and not any(line.split()[4:5] == ["/"] for line in mounts)


def in_container(root: Path = Path("/")) -> bool:
    """Return whether this machine is a container, by the marks that engines leave."""
    if any((root / name).exists() for name in _CONTAINER_FILES):
        return True
    try:
        return bool(_CONTAINER_GROUPS.search((root / "proc/1/cgroup").read_text(errors="replace")))
    except OSError:
        return False


def mend_of(gap: str | None, *, as_root: bool) -> str | None:
    """Return the command line that mends a gap, named by its code or by a probe; None if there is none."""
    if gap == "bubblewrap-blocked-by-container":
        return _CONTAINER_OPTIONS
    commands = {**_MENDS, **_PROBE_MENDS}.get(gap or "", ())
    power = "" if as_root else "sudo "
    return " && ".join(power + command for command in commands) or None


def _setting(root: Path, name: str) -> int | None:
    try:
        return int((root / _SYSCTL / name).read_text())
    except (OSError, ValueError):
        return None
