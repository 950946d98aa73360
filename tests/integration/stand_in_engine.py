"""Stands in for podman where there is none: the arguments of ours, made true with bubblewrap.

Written to a file by a test, with ``LEFT_OUT``: the words that this engine reads over, as a version, a
configuration or a kernel might make a real one do. It holds no limit on memory and processes.
"""

from pathlib import Path

PROGRAM = r"""#!/usr/bin/python3 -IS
import os, sys

LEFT_OUT = {left_out!r}
SHOWN_TOO = {shown_too!r}
SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
TAKE_NOTHING = ("--rm", "--read-only", "--no-healthcheck")


def options(words):
    told = []
    while words[0].startswith("--"):
        word, equals, value = words.pop(0).partition("=")
        if not equals and word not in TAKE_NOTHING:
            value = words.pop(0)
        if not {{word, word + "=" + value}} & set(LEFT_OUT):
            told.append((word, value))
    return told, words[1:]


def run(words):
    told, arguments = options(words)
    has = dict(told)
    line = ["/usr/bin/bwrap", "--unshare-cgroup-try", "--new-session", "--clearenv"]
    line += ["--perms", "0755", "--dir", "/etc"]
    made = set()
    for word, name in (("--network", "net"), ("--ipc", "ipc"), ("--pid", "pid"), ("--uts", "uts")):
        line += ["--unshare-" + name] * (word in has)
    line += ["--as-pid-1"] * ("--pid" in has)
    user, as_root = has.get("--user", "0:0").split(":")[0], os.geteuid() == 0
    if not as_root:
        line += ["--unshare-user", "--uid", user, "--gid", user]
    line += ["--proc", "/proc", "--dev", "/dev"]
    line += ["--perms", "1777", "--size", has.get("--shm-size", "65536"), "--tmpfs", "/dev/shm"]
    for name in filter(os.path.islink, SYSTEM):
        line += ["--symlink", os.readlink(name), name]
    for word, value in told:
        if word == "--tmpfs":
            place, _, rest = value.partition(":")
            size = dict(part.split("=") for part in rest.split(",") if "=" in part)["size"]
            line += ["--perms", "1777", "--size", size, "--tmpfs", place]
        if word == "--mount":
            parts = dict(part.split("=") if "=" in part else (part, "") for part in value.split(","))
            top = "/" + parts["dst"].split("/")[1]
            if parts["dst"].count("/") > 1 and top not in (*SYSTEM, "/usr", "/etc", "/dev", *made):
                names = parts["dst"].split("/")[1:-1]
                for n in range(len(names)):
                    line += ["--perms", "0755", "--dir", "/" + "/".join(names[: n + 1])]
            made.add(top)
            if parts["type"] == "bind":
                writable = "readonly" in LEFT_OUT and parts["dst"] == "/meeting"
                line += ["--bind" if writable else "--ro-bind", parts["src"], parts["dst"]]
            else:
                line += ["--perms", "0555", "--size", parts["tmpfs-size"], "--tmpfs", parts["dst"]]
                line += ["--remount-ro", parts["dst"]]
    for path in SHOWN_TOO:
        line += ["--ro-bind", path, path]
    line += ["--remount-ro", "/"] * ("--read-only" in has)
    line += ["--chdir", has["--workdir"]]
    become = []
    if "--cap-drop" in has:
        line += ["--cap-drop", "ALL"]
        if as_root:
            line += [part for cap in ("SETUID", "SETGID", "SETPCAP") for part in ("--cap-add", "CAP_" + cap)]
    if as_root and user != "0":
        become = ["/usr/bin/setpriv", "--reuid", user, "--regid", user, "--clear-groups"]
        become += ["--inh-caps=-all", "--bounding-set=-all"] * ("--cap-drop" in has)
    os.execv(line[0], [*line, *become, has["--entrypoint"], *arguments])


command, *rest = sys.argv[1:]
if command == "version":
    print({version!r})
elif command == "run":
    run(rest)
elif command == "import":
    sys.stdin.buffer.read()
"""


def stand_in_engine(
    folder: Path, *, left_out: tuple[str, ...] = (), shown_too: tuple[str, ...] = (), version: str = "4.9.3"
) -> Path:
    """Return a program in ``folder`` that stands in for podman."""
    path = folder / "podman"
    path.write_text(PROGRAM.format(left_out=left_out, shown_too=shown_too, version=version))
    path.chmod(0o755)
    return path
