"""What is true inside every sandbox, whatever makes it: paths, names, the user, the machine as it shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grader.model.run import Bind, SandboxCommand

WORK = "/submission"
OUT = "/out"
WRITABLE = (OUT, "/tmp", WORK, "/dev/shm")  # noqa: S108 - paths inside the sandbox
"""Every writable place inside; each is a tmpfs of its own size."""
HARNESS = "/harness"
STAGE0 = f"{HARNESS}/stage0.py"
CONTROL_FD = "GRADER_CONTROL_FD"
USER_MODE_UID = 1000
HOST_NAME = "sandbox"
PAGE = 4096
INTERPRETERS = ("/usr/bin/python3", "/usr/local/bin/python3")
SYSTEM_FOLDERS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SHOWN_FILES = ("/etc/ld.so.cache", "/etc/fonts", "/etc/alternatives")
"""Read-only pieces of the machine that programs need besides /usr, where they exist."""
HARNESS_SOURCE = Path(__file__).parent / "harness"
"""Where the harness stands out here."""
OUR_PACKAGE = Path(__file__).parents[1]
"""The grader itself: it is shown to nobody inside, whatever folder of the machine is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """Who runs inside: an ordinary user in a user namespace, or, for root, an unused user id."""

    as_root: bool
    uid: int

    @classmethod
    def root(cls, lent: int) -> "Mode":
        """Return the mode of a grader of root that lends its program the user id ``lent``."""
        return cls(as_root=True, uid=lent)

    @classmethod
    def ordinary(cls) -> "Mode":
        """Return the mode of any other grader."""
        return cls(as_root=False, uid=USER_MODE_UID)


def small_files(mode: Mode) -> dict[str, str]:
    """Return the files of /etc that name the user and the machine inside, by path."""
    home = "/tmp/home"  # noqa: S108 - inside the sandbox
    return {
        "/etc/passwd": f"student:x:{mode.uid}:{mode.uid}:student:{home}:/bin/sh\n",
        "/etc/group": f"student:x:{mode.uid}:\n",
        "/etc/hosts": f"127.0.0.1 localhost {HOST_NAME}\n::1 localhost\n",
        "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    }


def interpreter_for(command: SandboxCommand) -> str:
    """Return the Python for our first program inside: the system's, else the command's own."""
    return next((path for path in INTERPRETERS if Path(path).exists()), command.argv[0])


def with_harness(binds: Iterable[Bind], harness: Path) -> tuple[Bind, ...]:
    """Return ``binds`` with the harness folder among them, shallowest first.

    A bind may sit on a file inside another bind, so the outer one must be mounted before.
    """
    given = tuple(binds)
    if not any(bind.target == HARNESS for bind in given):
        given = (*given, Bind(source=harness, target=HARNESS))
    return tuple(sorted(given, key=lambda bind: len(PurePosixPath(bind.target).parts)))


def machine_links() -> tuple[tuple[str, str], ...]:
    """Return the links at the root of this machine that lead into /usr: (name, where to)."""
    return tuple((name, str(Path(name).readlink())) for name in SYSTEM_FOLDERS if Path(name).is_symlink())


def machine_folders() -> tuple[str, ...]:
    """Return the folders of this machine that are shown at their own place."""
    return ("/usr", *(name for name in SYSTEM_FOLDERS if Path(name).is_dir() and not Path(name).is_symlink()))


def machine_files() -> tuple[str, ...]:
    """Return the pieces of /etc of this machine that are shown at their own place."""
    return tuple(name for name in SHOWN_FILES if Path(name).exists())


def hidden_places(binds: Sequence[Bind], hidden: Sequence[Path]) -> tuple[str, ...]:
    """Return where the folders ``hidden`` of this machine would be seen inside, the outermost of them."""
    shown = [(Path(name), name) for name in machine_folders()]
    shown += [(bind.source.resolve(), bind.target) for bind in binds]
    places = {
        PurePosixPath(target) / folder.relative_to(source).as_posix()
        for folder in (one.resolve() for one in hidden)
        for source, target in shown
        if folder.is_relative_to(source) and folder != source
    }
    outermost = [
        one for one in places if not any(one != other and one.is_relative_to(other) for other in places)
    ]
    return tuple(str(one) for one in sorted(outermost) if not Path(HARNESS).is_relative_to(one))


def folders_there(hidden: Sequence[Path]) -> tuple[Path, ...]:
    """Return those of ``hidden`` that are there: over nothing nothing can be mounted."""
    return tuple(one for one in hidden if one.is_dir())
