"""Judging, but what was judged before of the same runs, by the same rules and the same code, is read again.

Whatever a judgement rests on is in its key: the submission, the runs and the files they left, the assignment,
its data and reference, the code of the grader and of its plugins, the libraries it counts with. Where
something of that cannot be named, nothing is kept and everything is judged.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import grader
from grader.files.model_data import model_json
from grader.model.digest import digest_bytes, digest_parts
from grader.model.message import Message
from grader.model.retrained import Retrained
from grader.model.run import Purpose
from grader.model.submission import Submission
from grader.orchestration.assess import Assessed, assess
from grader.orchestration.ground import Ground
from grader.orchestration.means import Means, Tools
from grader.storage.judgements import Judgements
from grader.storage.run_store import StoredRun

_LIBRARIES = ("numpy", "scipy")
_CODE = (".py", ".toml", ".html", ".css")
_ground_digests: "WeakKeyDictionary[Ground, str]" = WeakKeyDictionary()
"""What a ground comes to is worked out once for all of its submissions."""


def judged(
    submission: Submission,
    ground: Ground,
    stored: Sequence[StoredRun],
    *,
    means: Means,
    extra: Mapping[Purpose, StoredRun | Message],
    retrained: Retrained | Message | None,
) -> Assessed:
    """Return what :func:`~grader.orchestration.assess.assess` says, read from what is kept if it can be."""
    kept = Judgements(means.store.folder)
    nets = len(retrained.nets) if isinstance(retrained, Retrained) else 0
    place = f"{submission.assignment}/{submission.id}-{len(stored)}-{len(extra)}-{nets}"
    try:
        key = _key(submission, ground, stored, tools=means.tools, extra=extra, retrained=retrained)
    except (TypeError, OSError):  # something that has no name: it is judged
        key = ""
    found = kept.load(place, key) if key else None
    if found is not None:
        return Assessed(**dict(zip(_parts(), found, strict=True)))
    made = assess(submission, ground, stored, tools=means.tools, extra=extra, retrained=retrained)
    if key:
        shown = replace(made.result.shown, judged_from=key)
        made = replace(made, result=replace(made.result, shown=shown))
        kept.keep(place, key, tuple(getattr(made, name) for name in _parts()))
    return made


def _parts() -> tuple[str, ...]:
    return tuple(field.name for field in fields(Assessed))


def _key(
    submission: Submission,
    ground: Ground,
    stored: Sequence[StoredRun],
    *,
    tools: Tools,
    extra: Mapping[Purpose, StoredRun | Message],
    retrained: Retrained | Message | None,
) -> str:
    """Return the digest of all that the judgement rests on.

    Raises:
        TypeError: something of it cannot be named.
        OSError: something of it cannot be read.
    """
    plugins: tuple[Any, ...] = (*tools.metrics.values(), *tools.checks.values())
    return digest_parts(
        submission=_digest(submission),
        ground=_ground_digest(ground),
        runs=[_run_digest(one) for one in stored],
        extra=sorted((purpose.value, _made_digest(one)) for purpose, one in extra.items()),
        retrained=_digest(retrained),
        sandbox=tools.sandbox.name,
        code=code_digest(),
        plugins=sorted({_plugin_digest(type(one).__module__) for one in plugins}),
    )


def _digest(value: Any) -> str:
    return digest_bytes(model_json(value).encode("utf-8", "surrogatepass"))


def _ground_digest(ground: Ground) -> str:
    found = _ground_digests.get(ground)
    if found is None:
        prepared, reference = ground.prepared, ground.reference
        found = _ground_digests[ground] = digest_parts(
            assignment=_digest(ground.assignment),
            dataset=_digest(prepared.dataset),
            data=[prepared.digest, prepared.measured_by, prepared.labels_known],
            runtime=[ground.runtime.name, ground.runtime.digest],
            reference=_digest([reference.baseline, reference.fits, reference.seconds, reference.answers]),
        )
    return found


def _made_digest(one: StoredRun | Message) -> str:
    return _digest(one) if isinstance(one, Message) else _run_digest(one)


def _run_digest(one: StoredRun) -> str:
    """Return the digest of a run's record, and of which files it has: their lengths and times of writing."""
    record = _digest([one.run, one.refused, one.extra])
    there = sorted(
        (path.name, seen.st_size, seen.st_mtime_ns) for path in one.folder.iterdir() for seen in [path.stat()]
    )
    return digest_parts(folder=one.folder.name, record=record, files=there)


@cache
def code_digest() -> str:
    """Return the digest of the grader's own code and words, and of what it counts with."""
    folder = Path(grader.__file__).parent
    files = {str(path.relative_to(folder)): digest_bytes(path.read_bytes()) for path in _code_in(folder)}
    libraries = {name: metadata.version(name) for name in _LIBRARIES}
    return digest_parts(files=files, libraries=libraries, python=sys.version)


@cache
def _plugin_digest(module: str) -> str:
    """Return the digest of the package, or the single module, that a plugin's class comes from.

    Raises:
        TypeError: nobody knows where it comes from.
    """
    top = module.partition(".")[0]
    if top == grader.__name__:
        return ""
    file = getattr(sys.modules.get(top), "__file__", None)
    if file is None:
        raise TypeError(module)
    path = Path(file)
    files = _code_in(path.parent) if path.name == "__init__.py" else iter([path])
    return digest_parts(**{str(one): digest_bytes(one.read_bytes()) for one in files})


def _code_in(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.suffix in _CODE and path.is_file())
