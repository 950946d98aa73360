"""Orders and answers as bytes: a head in JSON and the files it names, each held against its digest.

What comes back from another machine is read as strictly as what a program left: nothing in it is a pickle,
no name in it leads out of the run's folder, and no file is kept that is not the one its manifest names.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from grader.files.plain_data import plain_of, read_plain
from grader.model.digest import digest_bytes
from grader.model.message import Message
from grader.model.order import RetrainOrder, RunAnswer, RunOrder
from grader.model.run import NotRun
from grader.storage.run_store import write_record
from grader.words.plain import from_plain, to_plain

_MARK = b"grader/parcel/v1\n"
_LENGTH = 8
_KINDS: Mapping[str, type[RunOrder | RetrainOrder]] = {"run": RunOrder, "retrain": RetrainOrder}


class BadParcel(ValueError):  # noqa: N818 - reads as what it is
    """Bytes that no grader of this version made, or that arrived other than they were sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderParcel:
    """An order on its way to another machine.

    ``files`` are those that the worker lacks, by digest. ``repeated`` are the record and the secrets of the
    run that the order repeats, by name. ``room`` is how many bytes of what the run leaves are kept.
    """

    order: RunOrder | RetrainOrder
    room: int
    files: Mapping[str, bytes] = field(default_factory=dict)
    repeated: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """A worker's answer that it has not, or no longer, the files of these digests."""

    digests: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Died:
    """A worker's answer that the process which made the run died: another may fare better."""

    reason: Message


Answer = RunAnswer | NotRun | Lacking | Died


def pack_order(parcel: OrderParcel) -> bytes:
    """Return ``parcel`` as bytes."""
    kind = next(name for name, one in _KINDS.items() if isinstance(parcel.order, one))
    head = {
        "kind": kind,
        "order": plain_of(parcel.order),
        "room": parcel.room,
        "files": list(parcel.files),
        "repeated": list(parcel.repeated),
    }
    return _packed(head, [*parcel.files.values(), *parcel.repeated.values()])


def unpack_order(content: bytes) -> OrderParcel:
    """Return what :func:`pack_order` made these bytes of.

    Raises:
        BadParcel: it made none of them, or a file is not the one of its digest.
    """
    head, parts = _unpacked(content)
    try:
        names = [*head["files"], *head["repeated"]]
        order = read_plain(_KINDS[head["kind"]], head["order"])
        room, count = int(head["room"]), len(head["files"])
    except (KeyError, TypeError, ValueError) as problem:
        raise BadParcel(f"no order: {problem}"[:200]) from problem
    if len(names) != len(parts):
        raise BadParcel("not as many files as names")
    files = dict(zip(names[:count], parts[:count], strict=True))
    if any(digest_bytes(part) != sha256 for sha256, part in files.items()):
        raise BadParcel("a file is not the one of its digest")
    repeated = dict(zip(names[count:], parts[count:], strict=True))
    if not all(_is_plain(name) for name in repeated):
        raise BadParcel("a name that no file of a run has")
    return OrderParcel(order=order, room=room, files=files, repeated=repeated)


def pack_answer(answer: Answer, folder: Path | None = None) -> bytes:
    """Return ``answer`` as bytes, with the files that a run left in ``folder``."""
    match answer:
        case RunAnswer():
            if folder is None:
                raise ValueError("the answer of a run has files")
            parts = [(folder / file.name).read_bytes() for file in answer.files]
            return _packed({"answer": "run", "run": plain_of(answer)}, parts)
        case NotRun():
            return _packed({"answer": "none", "reason": to_plain(answer.reason), "again": answer.again}, ())
        case Died():
            return _packed({"answer": "died", "reason": to_plain(answer.reason)}, ())
        case Lacking():
            return _packed({"answer": "lacking", "digests": list(answer.digests)}, ())


def take_answer(content: object, order: RunOrder | RetrainOrder, folder: Path) -> Answer:
    """Return the answer to ``order``; the files of a run are written into ``folder``, its record last.

    Raises:
        BadParcel: the bytes are no answer to it, or a file is not what the manifest says.
        OSError: a file could not be written.
    """
    head, parts = _unpacked(content)
    try:
        match head["answer"]:
            case "none":
                return NotRun(reason=from_plain(head["reason"]), again=bool(head["again"]))
            case "died":
                return Died(reason=from_plain(head["reason"]))
            case "lacking":
                return Lacking(digests=tuple(str(one) for one in head["digests"]))
        answer = read_plain(RunAnswer, head["run"])
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise BadParcel(f"no answer: {problem}"[:200]) from problem
    if answer.key != order.key:
        raise BadParcel("the answer to another order")
    _write_run(answer, parts, folder)
    return answer


def _write_run(answer: RunAnswer, parts: Sequence[bytes], folder: Path) -> None:
    names = [file.name for file in answer.files]
    if len(names) != len(parts) or len(set(names)) != len(names):
        raise BadParcel("not as many files as names")
    for file, part in zip(answer.files, parts, strict=True):
        if not _is_plain(file.name):
            raise BadParcel("a name that no file of a run has")
        if len(part) != file.size or digest_bytes(part) != file.sha256:
            raise BadParcel(f"{file.name} is not the one of its digest"[:200])
    folder.mkdir(parents=True)
    for file, part in zip(answer.files, parts, strict=True):
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(part)
    write_record(folder, answer)


def _is_plain(name: str) -> bool:
    """Return whether ``name`` leads to a file below the folder it is put in, and nowhere else."""
    parts = PurePosixPath(name).parts
    bad = {"", ".", ".."}
    return bool(parts) and "\0" not in name and not name.startswith("/") and not bad & set(name.split("/"))


def _packed(head: Mapping[str, Any], parts: Sequence[bytes]) -> bytes:
    text = json.dumps({**head, "sizes": [len(part) for part in parts]}).encode()
    return b"".join((_MARK, len(text).to_bytes(_LENGTH, "big"), text, *parts))


def _unpacked(content: object) -> tuple[dict[str, Any], list[bytes]]:
    """Return the head and the parts of a parcel.

    Raises:
        BadParcel: it is none.
    """
    start = len(_MARK) + _LENGTH
    if not isinstance(content, bytes) or content[: len(_MARK)] != _MARK or len(content) < start:
        raise BadParcel("no parcel of this version")
    end = start + int.from_bytes(content[len(_MARK) : start], "big")
    try:
        head = json.loads(content[start:end])
        sizes = [int(size) for size in head["sizes"]]
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise BadParcel(f"its head cannot be read: {problem}"[:200]) from problem
    if any(size < 0 for size in sizes) or end + sum(sizes) != len(content):
        raise BadParcel("its parts are not as long as it says")
    parts = []
    for size in sizes:
        parts.append(content[end : end + size])
        end += size
    return head, parts
