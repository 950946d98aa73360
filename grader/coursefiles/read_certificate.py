"""Reads a certificate, which may have been edited or come from elsewhere: a sound one, or every mistake told.

Nothing in it is believed but what it claims; it names no path that is opened, and raises no limit.
"""

import json
import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from grader.model.assurance import Assurance
from grader.model.certificate import (
    CERTIFICATE_SCHEMA,
    DIGESTS,
    Binding,
    Certificate,
    CertifiedCheck,
    CertifiedFile,
    CertifiedRun,
    CertifiedTraining,
)
from grader.model.check import Outcome
from grader.model.digest import digest_document
from grader.model.errors import CourseError
from grader.model.evidence import Source
from grader.model.message import Message
from grader.model.metric import MetricSummary, Rule
from grader.model.result import AuditOutcome, Reason, Verdict
from grader.model.run import Conditions, MemoryGuard, RunStatus
from grader.words import say
from grader.words.mistake_words import legible, shown
from grader.words.problems import problem_told

MOST_BYTES = 2**20
_MOST_FILES, _MOST_RUNS, _MOST_NAMED, _MOST_TOLD = 200, 100, 200, 10
_NAME, _PATH = 300, 2500
_LARGEST = 1e30
_WHOLE = 2**53
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")

Kind = TypeVar("Kind", bound=Enum)
Read = TypeVar("Read")


def load_certificate(path: Path) -> Certificate:
    """Return the certificate in the file ``path``.

    Raises:
        CourseError: there is none, or it is not sound; every mistake is told.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            plain = stat.S_ISREG(os.fstat(descriptor).st_mode)
            content = stream.read(MOST_BYTES + 1) if plain else b""
    except FileNotFoundError:
        raise CourseError(say("certificate-missing", path=str(path))) from None
    except OSError as problem:
        raise CourseError(say("certificate-unreadable", path=str(path), why=problem_told(problem))) from None
    return read_certificate(content, str(path))


def read_certificate(content: bytes, name: str) -> Certificate:
    """Return the certificate that ``content`` is; ``name`` is what messages call it.

    Raises:
        CourseError: it is not one; every mistake is told.
    """
    if len(content) > MOST_BYTES:
        raise CourseError(
            say("certificate-unreadable", path=name, why=say("verify.too_large", limit=MOST_BYTES))
        )
    try:
        said = json.loads(content.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
        digest = _digest_without_binding(said)
    except (ValueError, RecursionError) as problem:
        raise CourseError(say("certificate-unreadable", path=name, why=legible(str(problem), 120))) from None
    if not isinstance(said, dict) or said.get("schema") != CERTIFICATE_SCHEMA:
        got = said.get("schema") if isinstance(said, dict) else said
        raise CourseError(
            say("certificate-wrong-schema", path=name, got=shown(got), needed=CERTIFICATE_SCHEMA)
        )
    if said.get("status") == "not_graded":
        raise CourseError(say("certificate-of-ungraded-submission", path=name))
    form = _Form()
    certificate = _certificate(form, said, digest)
    if form.mistakes:
        told = [say("certificate-wrong-value", path=name, **fields) for fields in form.mistakes[:_MOST_TOLD]]
        raise CourseError(*told)
    return certificate


@dataclass(slots=True)
class _Form:
    """Reads values that must be of a kind; of one that is not, notes the mistake and gives any that is."""

    mistakes: list[dict[str, Any]] = field(default_factory=list)

    def wrong(self, place: str, needed: Message, got: Any) -> None:
        told = say("verify.nothing") if got is None else shown(got)
        self.mistakes.append({"place": place, "needed": needed, "got": told})

    def table(self, said: Any, place: str, most: int = _MOST_NAMED) -> Mapping[str, Any]:
        if isinstance(said, dict) and len(said) <= most and all(map(_is_key, said)):
            return said
        self.wrong(place, say("verify.needed.table", most=most), said)
        return {}

    def items(self, said: Any, place: str, most: int, *, least: int = 0) -> list[Any]:
        if isinstance(said, list) and least <= len(said) <= most:
            return said
        self.wrong(place, say("verify.needed.list", least=least, most=most), said)
        return []

    def text(self, said: Any, place: str, longest: int = _NAME) -> str:
        if isinstance(said, str) and len(said) <= longest and not _SURROGATE.search(said):
            return said
        self.wrong(place, say("verify.needed.text", longest=longest), said)
        return ""

    def id(self, said: Any, place: str) -> str:
        if isinstance(said, str) and _ID.fullmatch(said):
            return said
        self.wrong(place, say("verify.needed.id"), said)
        return "x"

    def digest(self, said: Any, place: str) -> str:
        if isinstance(said, str) and _DIGEST.fullmatch(said):
            return said
        self.wrong(place, say("verify.needed.digest"), said)
        return "0" * 64

    def whole(self, said: Any, place: str, low: int, high: int = _WHOLE) -> int:
        if isinstance(said, int) and not isinstance(said, bool) and low <= said <= high:
            return said
        self.wrong(place, say("verify.needed.whole", low=low, high=high), said)
        return low

    def number(self, said: Any, place: str, low: float = -_LARGEST) -> float:
        # A whole number of a thousand digits compares without becoming a float.
        known = isinstance(said, int | float) and not isinstance(said, bool)
        if known and low <= said <= _LARGEST:
            return float(said)
        self.wrong(place, say("verify.needed.number", low=low, high=_LARGEST), said)
        return max(low, 0.0)

    def points(self, said: Any, place: str) -> Decimal:
        return Decimal(str(self.number(said, place, 0.0)))

    def choice(self, kind: type[Kind], said: Any, place: str) -> Kind:
        found = next((one for one in kind if one.value == said), None)
        if found is not None:
            return found
        self.wrong(place, say("verify.needed.one_of", values=", ".join(one.value for one in kind)), said)
        return next(iter(kind))


def _is_key(name: str) -> bool:
    return 0 < len(name) <= _NAME and not _SURROGATE.search(name)


def _maybe(said: Any, read: Callable[[Any], Read]) -> Read | None:
    return None if said is None else read(said)


def _certificate(form: _Form, said: Mapping[str, Any], digest: str) -> Certificate:
    digests = form.table(said.get("digests"), "digests")
    versions = form.table(said.get("versions"), "versions")
    reference = form.table(said.get("reference"), "reference")
    audits = form.table(said.get("audits"), "audits")
    metrics = form.table(said.get("metrics"), "metrics")
    files = form.items(said.get("files"), "files", _MOST_FILES, least=1)
    runs = form.items(said.get("runs"), "runs", _MOST_RUNS, least=1)
    checks = form.items(said.get("checks"), "checks", _MOST_NAMED)
    trainings = form.items(said.get("trainings", []), "trainings", _MOST_RUNS)
    return Certificate(
        grader=form.text(said.get("grader"), "grader"),
        course=form.text(said.get("course"), "course"),
        student=form.text(said.get("student"), "student"),
        id=form.id(said.get("id"), "id"),
        assignment=form.id(said.get("assignment"), "assignment"),
        attempt=form.whole(said.get("attempt"), "attempt", 1),
        main=form.text(said.get("main"), "main", _PATH),
        files=tuple(_file(form, one, f"files[{at}]") for at, one in enumerate(files)),
        digests={name: form.digest(digests.get(name), f"digests.{name}") for name in DIGESTS},
        runtime=form.text(said.get("runtime"), "runtime", _PATH),
        versions={name: form.text(told, f"versions.{legible(name)}") for name, told in versions.items()},
        sandbox=form.text(said.get("sandbox"), "sandbox"),
        verdict=_maybe(said.get("verdict"), lambda told: form.choice(Verdict, told, "verdict")),
        reason=_maybe(said.get("reason"), lambda told: form.choice(Reason, told, "reason")),
        points=_maybe(said.get("points"), lambda told: form.points(told, "points")),
        max_points=form.points(said.get("max_points"), "max_points"),
        evidence=_maybe(said.get("evidence"), lambda told: form.choice(Source, told, "evidence")),
        runs=tuple(_run(form, one, number) for number, one in enumerate(runs, 1)),
        metrics=tuple(
            _metric(form, name, one, max(len(runs), len(trainings))) for name, one in metrics.items()
        ),
        reference={n: form.number(told, f"reference.{legible(n)}") for n, told in reference.items()},
        checks=tuple(_check(form, one, f"checks[{at}]") for at, one in enumerate(checks)),
        audits={n: form.choice(AuditOutcome, told, f"audits.{legible(n)}") for n, told in audits.items()},
        trainings=tuple(_training(form, one, f"trainings[{at}]") for at, one in enumerate(trainings)),
        assurance=_maybe(said.get("assurance"), lambda told: form.choice(Assurance, told, "assurance")),
        binding=_maybe(said.get("binding"), lambda told: _binding(form, told, digest)),
    )


def _digest_without_binding(said: Any) -> str:
    """Return the digest of all that a document says beside its binding, keys unknown to this version too."""
    everything_else = dict(said) if isinstance(said, dict) else {}
    everything_else.pop("binding", None)
    return digest_document(everything_else)


def _binding(form: _Form, said: Any, digest: str) -> Binding:
    table = form.table(said, "binding")
    return Binding(
        key=form.id(table.get("key"), "binding.key"),
        mark=form.digest(table.get("mark"), "binding.mark"),
        digest=digest,
    )


def _file(form: _Form, said: Any, place: str) -> CertifiedFile:
    table = form.table(said, place)
    return CertifiedFile(
        name=form.text(table.get("path"), f"{place}.path", _PATH),
        sha256=form.digest(table.get("sha256"), f"{place}.sha256"),
    )


def _run(form: _Form, said: Any, number: int) -> CertifiedRun:
    """Return run ``number``; runs stand in their order, and each one's seed is that of its number."""
    place = f"runs[{number - 1}]"
    table = form.table(said, place)
    metrics = form.table(table.get("metrics"), f"{place}.metrics")
    return CertifiedRun(
        number=form.whole(table.get("number"), f"{place}.number", number, number),
        seed=form.whole(table.get("seed"), f"{place}.seed", number - 1, number - 1),
        threads=form.whole(table.get("threads"), f"{place}.threads", 1, 1024),
        status=form.choice(RunStatus, table.get("status"), f"{place}.status"),
        metrics={n: form.number(told, f"{place}.metrics.{legible(n)}") for n, told in metrics.items()},
        predictions=_maybe(table.get("predictions"), lambda told: form.digest(told, f"{place}.predictions")),
        key=form.digest(table.get("key"), f"{place}.key"),
        memory_guard=form.choice(MemoryGuard, table.get("memory_guard"), f"{place}.memory_guard"),
        conditions=_maybe(
            table.get("conditions"), lambda told: _conditions(form, told, f"{place}.conditions")
        ),
    )


def _training(form: _Form, said: Any, place: str) -> CertifiedTraining:
    table = form.table(said, place)
    metrics = form.table(table.get("metrics"), f"{place}.metrics")
    return CertifiedTraining(
        seed=form.whole(table.get("seed"), f"{place}.seed", 0),
        metrics={n: form.number(told, f"{place}.metrics.{legible(n)}") for n, told in metrics.items()},
        predictions=_maybe(table.get("predictions"), lambda told: form.digest(told, f"{place}.predictions")),
    )


def _conditions(form: _Form, said: Any, place: str) -> Conditions:
    table = form.table(said, place)
    return Conditions(
        processor=form.text(table.get("processor"), f"{place}.processor"),
        cores=form.whole(table.get("cores"), f"{place}.cores", 1),
        gpu=_maybe(table.get("gpu"), lambda told: form.text(told, f"{place}.gpu")),
        wall_seconds=form.number(table.get("wall_seconds"), f"{place}.wall_seconds", 1.0),
        memory_bytes=form.whole(table.get("memory_bytes"), f"{place}.memory_bytes", 1),
    )


def _metric(form: _Form, name: str, said: Any, runs: int) -> MetricSummary:
    place = f"metrics.{legible(name)}"
    table = form.table(said, place)
    values = form.items(table.get("values"), f"{place}.values", max(runs, 1), least=1) or [0.0]
    return MetricSummary(
        metric=name,
        value=form.number(table.get("value"), f"{place}.value"),
        n=form.whole(table.get("n"), f"{place}.n", 1),
        values=tuple(form.number(one, f"{place}.values[{at}]") for at, one in enumerate(values)),
        rule=form.choice(Rule, table.get("rule"), f"{place}.rule"),
    )


def _check(form: _Form, said: Any, place: str) -> CertifiedCheck:
    table = form.table(said, place)
    return CertifiedCheck(
        id=form.text(table.get("id"), f"{place}.id"),
        outcome=form.choice(Outcome, table.get("outcome"), f"{place}.outcome"),
        points=form.points(table.get("points"), f"{place}.points"),
    )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON; a key that stands twice says two things, and readers choose differently."""
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise ValueError(f'2 x "{legible(key)}"')
        made[key] = value
    return made


def _no_number(name: str) -> float:
    raise ValueError(name)
