"""Reads every ``[[check]]`` of a file by its own kind."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from grader.model.ask import KINDS, Ask, unknown_kinds
from grader.model.check import CheckSpec
from grader.model.message import Message
from grader.plugins.guard import Broken, ask
from grader.plugins.interfaces import CheckKind
from grader.plugins.tables import reader_of
from grader.plugins.written import kind_of
from grader.readers.shape_mistakes import shape_mistakes
from grader.words import say
from grader.words.mistake_words import check_label, near_miss, shown


@dataclass(slots=True, kw_only=True)
class Checks:
    """The checks of one file, what of each goes into the version, what they need, and their mistakes.

    ``hidden`` are files beside the reference solution that they are answered from.
    """

    specs: list[CheckSpec] = field(default_factory=list)
    needs: list[Ask] = field(default_factory=list)
    digested: list[dict[str, Any]] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    mistakes: list[Message] = field(default_factory=list)


def read_checks(raw: Mapping[str, Any], where: str, kinds: Mapping[str, CheckKind[Any]]) -> Checks:
    """Return the checks of ``raw``, the content of the file ``where``."""
    from pydantic import ValidationError

    from grader.coursefiles.schema import PATTERNS

    checks = Checks()
    tables = raw.get("check")
    for number, table in enumerate(tables if isinstance(tables, list) else ()):
        kind = kind_of(table, kinds) if isinstance(table, dict) else None
        if kind is None:
            checks.mistakes.append(_of_no_kind(table, number, where, kinds))
            continue
        reader = reader_of(kind.table)
        try:
            spec = reader.validate_python(table)
        except ValidationError as error:
            known, inside = reader.json_schema(by_alias=True), ("check", number)
            errors = error.errors(include_url=False)
            checks.mistakes += shape_mistakes(
                raw, where, errors, known=known, patterns=PATTERNS, inside=inside
            )
            continue
        checks.specs.append(spec)
        needs = ask(kind.name, partial(_needs, kind, spec))
        hidden = ask(kind.name, partial(_hidden_files, kind, spec))
        if isinstance(needs, Broken) or isinstance(hidden, Broken):
            checks.mistakes += [one.reason for one in (needs, hidden) if isinstance(one, Broken)]
            continue
        checks.needs += needs
        checks.hidden += hidden
        checks.mistakes += _unknown_needs(needs, kind, check_label(table, number + 1), where)
        # As it was written: what a kind requires by itself is no part of an assignment's version.
        written = {"required": table.get("required")}
        checks.digested.append(reader.dump_python(spec, mode="json", by_alias=True) | written)
    return checks


def _needs(kind: CheckKind[Any], spec: CheckSpec) -> tuple[Ask, ...]:
    return tuple(kind.needs(spec))


def _hidden_files(kind: CheckKind[Any], spec: CheckSpec) -> tuple[str, ...]:
    return tuple(kind.hidden_files(spec))


def _unknown_needs(needs: tuple[Ask, ...], kind: CheckKind[Any], key: str, where: str) -> Iterator[Message]:
    """Yield what a kind of check needs and nothing can bring back: told before anything runs."""
    for asked in unknown_kinds(needs):
        hint = near_miss(asked, KINDS)
        yield say(
            "check-asks-unknown",
            file=where,
            key=key,
            kind=kind.name,
            asked=shown(asked),
            hint=hint,
            available=", ".join(KINDS),
        )


def _of_no_kind(table: Any, number: int, where: str, kinds: Mapping[str, CheckKind[Any]]) -> Message:
    """Return why nobody can read ``table``: it is none, says no kind, or one that there is not."""
    key = check_label(table, number + 1)
    if not isinstance(table, dict):
        needed = say("needed.table")
        return say("impossible-value", file=where, key=key, got=shown(table), needed=needed)
    if "kind" not in table:
        return say("missing-key", file=where, key=f"{key}.kind")
    name, available = table["kind"], ", ".join(kinds)
    if not isinstance(name, str):
        needed = say("needed.text")
        return say("impossible-value", file=where, key=f"{key}.kind", got=shown(name), needed=needed)
    hint = near_miss(name, kinds)
    return say(
        "unknown-name", file=where, key=f"{key}.kind", name=shown(name), hint=hint, available=available
    )
