"""What is to be mended in a course, as text, Markdown, JSON and GitHub annotations."""

import json

from grader.model.evidence import Place
from grader.model.flaw import Flaw, Linted
from grader.model.message import Language
from grader.reporting.annotations import Annotation
from grader.reporting.escaping import for_markdown
from grader.reporting.in_words import place_told
from grader.words import phrase

_MOST_ANNOTATIONS = 10
"""GitHub keeps ten errors of a step."""


def lint_line(flaw: Flaw, language: Language) -> str:
    """Return one flaw as a line: where, then what and what to try, as compilers tell it."""
    code = f" [{flaw.message.code}]" if flaw.message.code else ""
    return f"{where_told(flaw, language)}:{code} {flaw.message.told_in(language)}"


def where_told(flaw: Flaw, language: Language) -> str:
    """Return ``file:12``, or ``file, cell 3, line 2`` of a notebook."""
    if flaw.cell is not None:
        place = place_told(Place(cell=flaw.cell, line=flaw.line)).told_in(language)
        return f"{flaw.file}, {place}"
    return flaw.file if flaw.line is None else f"{flaw.file}:{flaw.line}"


def counted(linted: Linted, language: Language) -> str:
    """Return how much there is to mend."""
    of = len(linted.assignments)
    if linted.clean:
        return phrase("lint.clean", language, count=of)
    return phrase("lint.found", language, count=len(linted.flaws), of=of)


def lint_markdown(linted: Linted, language: Language) -> str:
    """Return all of it as a Markdown table."""
    lines = [
        f"## {for_markdown(phrase('lint.title', language, course=linted.course))}",
        "",
        counted(linted, language),
        "",
    ]
    if not linted.clean:
        place, what = (phrase(f"lint.column.{name}", language) for name in ("place", "what"))
        lines += [f"| {place} | {what} |", "| --- | --- |"]
        lines += [
            f"| {for_markdown(where_told(flaw, language))} | {for_markdown(flaw.message.told_in(language))} |"
            for flaw in linted.flaws
        ]
    return "\n".join([*lines, ""])


def lint_annotations(linted: Linted, language: Language) -> tuple[str, ...]:
    """Return the first ten as annotations beside their lines; GitHub shows no more of a step."""
    return tuple(
        Annotation(
            level="error",
            title=" · ".join(part for part in (flaw.assignment, flaw.rule) if part),
            text=lint_line(flaw, language) if flaw.cell is not None else flaw.message.told_in(language),
            file=flaw.file,
            line=None if flaw.cell is not None else flaw.line,
        ).written()
        for flaw in linted.flaws[:_MOST_ANNOTATIONS]
    )


def lint_json(linted: Linted) -> str:
    """Return all of it as JSON (``grader/lint/v1``)."""
    return json.dumps(lint_as_json(linted), indent=1, ensure_ascii=False) + "\n"


def lint_as_json(linted: Linted) -> dict[str, object]:
    """Return all of it as that document holds it."""
    return {
        "schema": "grader/lint/v1",
        "course": linted.course,
        "clean": linted.clean,
        "assignments": list(linted.assignments),
        "flaws": [_as_json(flaw) for flaw in linted.flaws],
        "notes": [{"pt-BR": note.pt, "en": note.en} for note in linted.notes],
    }


def _as_json(flaw: Flaw) -> dict[str, object]:
    return {
        "rule": flaw.rule,
        "code": flaw.message.code,
        "assignment": flaw.assignment or None,
        "file": flaw.file,
        "line": flaw.line,
        "cell": flaw.cell,
        "message": {"pt-BR": flaw.message.pt, "en": flaw.message.en},
    }
