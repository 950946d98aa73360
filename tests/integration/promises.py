"""What holds after every run, whatever the program inside was: looked at from the machine."""

import fnmatch
import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOMS = ("/tmp", "/var/tmp", "/dev/shm")
"""Where anybody may leave a file."""
OURS = ("shown-", "ordinary-", "course-", "grader-", "attacked-", "pytest-")
"""Folders that tests and graders make there on purpose."""


@dataclass
class Promises:
    """The machine before a run, and a course on it with labels that nobody inside may see."""

    inner: range
    """The user ids that programs inside may have out here."""
    course: Path
    secret: str = field(default_factory=lambda: secrets.token_hex(16))
    marker: str = field(default_factory=lambda: f"marked-{secrets.token_hex(8)}")
    """Stands in the command line of every program started."""

    def __post_init__(self) -> None:
        self.labels.parent.mkdir(parents=True)
        self.labels.write_text(self.secret)
        self._digest = self._seen()
        self._mounts = Path("/proc/self/mountinfo").read_text()
        self._left = set(self._others())

    @classmethod
    def made_by(cls, user: int, inner: range) -> "Promises":
        """Return the promises of a grader of ``user``, whose course no other user can enter."""
        made = cls(inner=inner, course=Path(tempfile.mkdtemp(prefix="course-")))
        for path in (made.course, *made.course.rglob("*")):
            os.chown(path, user, user)
        return made

    @property
    def labels(self) -> Path:
        return self.course / "reference_solutions" / "digits" / "labels.npy"

    def kept(self, grader: int, told: str) -> None:
        """Fail unless all holds after what the grader of process number ``grader`` has run.

        ``told`` is all that came out of the runs.
        """
        assert self._seen() == self._digest, "the labels were changed"
        assert self.secret not in told, "the labels came out"
        assert alive(self.marker) == [], "a process was left"
        assert set(self._others()) - self._left == set(), "a file was left"
        assert Path("/proc/self/mountinfo").read_text() == self._mounts, "a mount was left"
        assert groups(f"grader-*-{grader}-*") == [], "a cgroup was left"

    def _seen(self) -> tuple[str, int]:
        return hashlib.sha256(self.labels.read_bytes()).hexdigest(), self.labels.stat().st_mode

    def _others(self) -> Iterator[str]:
        """Yield the files that belong to the user inside, in the rooms that are open to all."""
        for room in map(Path, ROOMS):
            for path in room.iterdir():
                try:
                    if path.lstat().st_uid in self.inner and not path.name.startswith(OURS):
                        yield str(path)
                except OSError:  # it has just been removed
                    continue


def groups(pattern: str) -> list[Path]:
    """Return the cgroups of graders on this machine whose names are like ``pattern``."""
    walked = os.walk("/sys/fs/cgroup")  # unlike a glob, it takes it well that another grader removes a group
    return [Path(folder) / name for folder, inside, _ in walked for name in fnmatch.filter(inside, pattern)]


def alive(marker: str) -> list[int]:
    """Return the processes of this machine whose command line holds ``marker``."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if marker.encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:  # it has just ended
            continue
    return found
