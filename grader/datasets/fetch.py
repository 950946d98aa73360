"""Downloads published files into the cache.

A download that was broken off goes on where it stopped, at the same home or at the next one. Nothing gets
its final name before its SHA-256 is the published one.
"""

import functools
import gzip
import hashlib
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from grader.datasets.dataset import DataFile, Dataset, Mirror
from grader.datasets.locate import cached, checksum
from grader.files.hash_file import hash_file
from grader.files.write_whole import write_whole
from grader.model.errors import DataMissing, StorageError
from grader.model.message import Joined, Message
from grader.words.catalogue import say
from grader.words.problems import problem_told

if TYPE_CHECKING:
    from requests import Response, Session

_ATTEMPTS = 3
_TIMEOUT = (15, 60)
_CHUNK = 256 * 1024
_LARGEST_ARCHIVE = 256 * 1024 * 1024
_BAD_ARCHIVE = (
    KeyError,
    EOFError,
    RuntimeError,
    zlib.error,
    gzip.BadGzipFile,
    zipfile.BadZipFile,
    tarfile.TarError,
)
_PARTIAL, _RANGE_REFUSED, _FIRST_ERROR = 206, 416, 400


class _MirrorFailed(Exception):  # noqa: N818 - caught here, before anybody sees it
    """One home did not deliver; ``reason`` says why."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason.en)
        self.reason = reason


def fetch(
    dataset: Dataset,
    cache: Path,
    progress: Callable[[str, int, int], None],
    *,
    mirror: str | None = None,
) -> tuple[Path, ...]:
    """Return where the files of ``dataset`` lie in the cache, downloading those that are not there.

    ``progress`` is told file name, bytes received, and bytes in all (0 when the home does not say).
    ``mirror`` is a base address tried before the public ones: ``<mirror>/<dataset>/<file>``. Files that come
    with a runtime are not downloaded.

    Raises:
        DataMissing: no home delivered the published bytes; the message says what each one did.
        StorageError: the cache cannot be written.
    """
    return tuple(
        _fetch_file(dataset, file, cache, progress, mirror)
        for file in dataset.files
        if file.in_runtime is None
    )


def _fetch_file(
    dataset: Dataset,
    file: DataFile,
    cache: Path,
    progress: Callable[[str, int, int], None],
    mirror: str | None,
) -> Path:
    import requests

    target = cached(dataset, file, cache)
    if target.is_file() and checksum(target, cache) == file.sha256:
        return target
    given = f"{(mirror or '').rstrip('/')}/{dataset.name}/{file.name}"
    homes = [*([Mirror(url=given)] if mirror else []), *file.mirrors]
    layout = f"{dataset.name}/{file.name}"
    fields = {"file": file.name, "title": dataset.title, "layout": layout, "origin": file.origin}
    if not homes:
        raise DataMissing(say("dataset-without-public-address", **fields))
    reasons = []
    with requests.Session() as session:
        for home in homes:
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                _fetch_from(session, home, file, target, progress)
            except _MirrorFailed as failure:
                reasons.append(failure.reason)
            except OSError as error:
                raise StorageError(
                    say("dataset-write-failed", path=str(target.parent), why=problem_told(error))
                ) from error
            else:
                return target
    told_reasons = Joined(" ", tuple(reasons))
    raise DataMissing(say("dataset-download-failed", reasons=told_reasons, **fields))


def _fetch_from(
    session: "Session",
    home: Mirror,
    file: DataFile,
    target: Path,
    progress: Callable[[str, int, int], None],
) -> None:
    """Bring ``file`` from one home to its place; a part left by an earlier try is gone on with."""
    mark = "" if home.member is None else f".{hashlib.sha256(home.url.encode()).hexdigest()[:8]}"
    part = target.with_name(f"{target.name}{mark}.part")
    resumed = _size(part) > 0
    _download(session, home, file, part, progress)
    try:
        _accept(home, file, part, target)
    except _MirrorFailed:
        part.unlink(missing_ok=True)
        if not resumed:
            raise
        # The old part may have come from another file: this home deserves a clean try.
        _download(session, home, file, part, progress)
        try:
            _accept(home, file, part, target)
        except _MirrorFailed:
            part.unlink(missing_ok=True)
            raise


def _download(
    session: "Session",
    home: Mirror,
    file: DataFile,
    part: Path,
    progress: Callable[[str, int, int], None],
) -> None:
    """Fill ``part`` to its end, going on after interruptions as long as something arrives."""
    import requests
    import urllib3

    ceiling = file.size if home.member is None else _LARGEST_ARCHIVE
    broken: Exception | None = None
    fruitless, furthest = 0, _size(part)
    while fruitless < _ATTEMPTS:
        start = _size(part)
        if home.member is None and start >= ceiling:
            return
        headers = {"Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
        try:
            with session.get(home.url, headers=headers, stream=True, timeout=_TIMEOUT) as response:
                if response.status_code == _RANGE_REFUSED:
                    part.unlink(missing_ok=True)
                    fruitless += 1
                    continue
                _refuse_error(home, response)
                told = functools.partial(progress, file.name)
                _receive(response, part, told, start=start, ceiling=ceiling)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            broken = error
            fruitless = 0 if _size(part) > furthest else fruitless + 1
            furthest = max(furthest, _size(part))
        else:
            return
    if received := _size(part):
        raise _MirrorFailed(say("data.mirror.broken", url=home.url, received=received))
    raise _MirrorFailed(
        say("data.mirror.unreachable", url=home.url, why=type(broken).__name__ if broken else "")
    )


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _refuse_error(home: Mirror, response: "Response") -> None:
    if response.status_code >= _FIRST_ERROR:
        raise _MirrorFailed(say("data.mirror.status", url=home.url, status=response.status_code))


def _receive(
    response: "Response",
    part: Path,
    progress: Callable[[int, int], None],
    *,
    start: int,
    ceiling: int,
) -> None:
    """Append what arrives to ``part``, from the beginning if this home does not go on at ``start``."""
    goes_on = response.status_code == _PARTIAL and response.headers.get("Content-Range", "").startswith(
        f"bytes {start}-"
    )
    received = start if goes_on else 0
    length = response.headers.get("Content-Length", "")
    announced = int(length) if length.isdecimal() else 0
    total = received + announced if announced else 0
    with part.open("ab" if goes_on else "wb") as out:
        progress(received, total)
        # Undecoded: some homes call a .gz file a gzip-encoded one.
        for chunk in response.raw.stream(_CHUNK, decode_content=False):
            out.write(chunk)
            received += len(chunk)
            progress(received, total)
            if received > ceiling:
                return


def _accept(home: Mirror, file: DataFile, part: Path, target: Path) -> None:
    """Give the downloaded bytes their final name if they are the published ones."""
    if home.member is None:
        sha256 = hash_file(part)
        if sha256 != file.sha256:
            raise _MirrorFailed(say("data.mirror.wrong", url=home.url, found=sha256[:12]))
        part.replace(target)
        return
    content = _unpack(home, part, file.size + 1)
    if home.crlf:
        content = content.replace(b"\n", b"\r\n").removesuffix(b"\r\n")
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 != file.sha256:
        raise _MirrorFailed(say("data.mirror.wrong", url=home.url, found=sha256[:12]))
    write_whole(target, content)
    part.unlink()


def _unpack(home: Mirror, archive: Path, most: int) -> bytes:
    """Return at most ``most`` bytes of the member wanted from a zip or tar archive."""
    member = home.member or ""
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as packed, packed.open(member) as entry:
                return entry.read(most)
        with tarfile.open(archive) as packed_tar:
            found = packed_tar.extractfile(member)
            if found is not None:
                return found.read(most)
    except _BAD_ARCHIVE as error:
        raise _MirrorFailed(say("data.mirror.member", url=home.url, member=member)) from error
    raise _MirrorFailed(say("data.mirror.member", url=home.url, member=member))
