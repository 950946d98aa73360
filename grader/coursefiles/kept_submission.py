"""A submission from the copies that were kept when it was graded, by the digests of its files."""

from collections.abc import Sequence
from pathlib import Path

from grader.coursefiles.read_submission import read_received
from grader.coursefiles.received import Received
from grader.coursefiles.zip_reader import is_safe_name
from grader.model.digest import digest_bytes
from grader.model.errors import CourseError
from grader.model.submission import Submission, Unreadable
from grader.words import say
from grader.words.mistake_words import legible


def read_kept(
    files: Sequence[tuple[str, str]], *, student: str, assignment: str, safe_id: str, intake: Path
) -> Submission | Unreadable:
    """Return the submission of ``files``, each a name and the digest of its bytes, out of ``intake``.

    Raises:
        CourseError: a copy is gone or not what was kept, or a name is none that a file can have.
    """
    sources = []
    for name, sha256 in files:
        path = intake / sha256[:2] / sha256
        if not is_safe_name(name):
            raise CourseError(say("certified-file-not-kept", name=legible(name), why=say("zip.name")))
        if not (path.is_file() and digest_bytes(path.read_bytes()) == sha256):
            raise CourseError(say("certified-file-not-kept", name=legible(name), why=say("verify.not_kept")))
        sources.append((name, path.absolute()))
    item = Received(
        student=student, assignment=assignment, sources=tuple(sources), shown=student, root=intake.absolute()
    )
    return read_received(item, safe_id, intake)
