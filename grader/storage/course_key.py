"""The key of a course: what binds a certificate to the person, the submission and the course it names.

It lies in ``COURSE/.grader``, which no sandbox sees and no other user of the machine may read. Whoever has it
can write certificates; so it is made there, and never leaves.
"""

import hashlib
import hmac
import os
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from grader.files.own_folder import FILE_OF_OWNER
from grader.files.write_whole import write_whole
from grader.model.certificate import Binding
from grader.model.errors import StorageError
from grader.words import say
from grader.words.problems import problem_told

NAME = "certificate.key"
_BYTES = 32
_WRITTEN = re.compile(rb"[0-9a-f]{64}\n?")
_LETTERS = 16


@dataclass(frozen=True, slots=True)
class CourseKey:
    """A secret that only the course's folder holds."""

    secret: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """What a certificate calls the key: it says which one it was, and nothing of it."""
        return hashlib.sha256(b"grader/course-key/v1\0" + self.secret).hexdigest()[:_LETTERS]

    def bind(self, digest: str) -> Binding:
        """Return what binds the document of this ``digest`` to the course."""
        return Binding(key=self.name, mark=self._mark(digest), digest=digest)

    def made(self, binding: Binding) -> bool:
        """Return whether the mark is this key's, and of what the document says."""
        return hmac.compare_digest(binding.mark, self._mark(binding.digest))

    def _mark(self, digest: str) -> str:
        return hmac.new(self.secret, b"grader/certificate/v1\0" + digest.encode(), "sha256").hexdigest()


def find_key(folder: Path) -> CourseKey | None:
    """Return the key that lies in ``folder``; None where none does.

    Raises:
        StorageError: it is there and cannot be read, or is no key.
    """
    path = folder / NAME
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            written = stream.read(2 * _BYTES + 2)
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise StorageError(
            say("storage-unreadable", folder=str(path), problem=problem_told(problem))
        ) from problem
    if not _WRITTEN.fullmatch(written):
        raise StorageError(say("course-key-damaged", path=str(path)))
    return CourseKey(bytes.fromhex(written.decode("ascii").strip()))


def key_of(folder: Path) -> CourseKey:
    """Return the key in ``folder``, which is made if there is none; its owner alone can read it.

    Raises:
        StorageError: it cannot be read or written, or what lies there is no key.
    """
    found = find_key(folder)
    path = folder / NAME
    try:
        if found is None:
            found = CourseKey(secrets.token_bytes(_BYTES))
            write_whole(path, found.secret.hex() + "\n", mode=FILE_OF_OWNER)
        else:
            path.chmod(FILE_OF_OWNER)
    except OSError as problem:
        raise StorageError(
            say("storage-write-failed", folder=str(path), problem=problem_told(problem))
        ) from problem
    return found
