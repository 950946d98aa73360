"""What became of a course's expectations, as a table, Markdown, JSON and GitHub annotations."""

import json
from collections.abc import Iterator, Sequence

from grader.model.evidence import Place
from grader.model.expectation import Came, CourseTried, Expectation, Part, worst
from grader.model.message import Language
from grader.reporting.annotations import Annotation
from grader.reporting.escaping import for_markdown
from grader.reporting.in_words import place_told
from grader.reporting.lint_shown import lint_as_json, lint_line
from grader.words import phrase, say

SCHEMA = "grader/ci/v1"
SIGNS = {Came.HELD: "✓", Came.BROKEN: "✗", Came.UNSURE: "≈", Came.LOST: "!"}
_NOTHING = "-"
_LEVELS = {Came.BROKEN: "error", Came.LOST: "error", Came.UNSURE: "warning"}
_MOST_ANNOTATIONS = 10


def _parts(tried: CourseTried) -> tuple[Part, ...]:
    """Return the columns: bad programs of the zoo are only ever run."""
    return tuple(part for part in Part if part is not Part.ZOO or not tried.quick)


def headings(tried: CourseTried, language: Language) -> tuple[str, ...]:
    """Return the headings of the table."""
    return tuple(
        phrase(f"ci.column.{name}", language)
        for name in ("assignment", *(part.value for part in _parts(tried)))
    )


def table(tried: CourseTried, language: Language) -> tuple[tuple[str, ...], ...]:
    """Return a row for each assignment: its name, then a sign and a word or two for each part."""
    of_all = [""] if any(not one.assignment for one in tried.expectations) else []
    return tuple(
        (
            slug or phrase("ci.whole_course", language),
            *(_cell(tried.of(slug, part), language) for part in _parts(tried)),
        )
        for slug in (*of_all, *tried.assignments)
    )


def _cell(each: Sequence[Expectation], language: Language) -> str:
    if not each:
        return _NOTHING
    came = worst(one.came for one in each)
    if len(each) == 1:
        return f"{SIGNS[came]} {each[0].short.told_in(language)}"
    held = sum(one.came is Came.HELD for one in each)
    return f"{SIGNS[came]} {held}/{len(each)}"


def other_than_expected(tried: CourseTried, language: Language) -> Iterator[str]:
    """Yield a line for every flaw, then one for each expectation that did not hold."""
    for flaw in tried.linted.flaws:
        yield lint_line(flaw, language)
    for one in _not_held(tried):
        yield phrase(
            "ci.expectation",
            language,
            where=_where(one, language),
            expected=one.expected,
            happened=one.happened,
        )


def _not_held(tried: CourseTried) -> Iterator[Expectation]:
    """Yield what did not hold and is not told already, as a flaw."""
    told = {flaw.message for flaw in tried.linted.flaws}
    for one in tried.expectations:
        if one.came is not Came.HELD and one.part is not Part.LINT and one.happened not in told:
            yield one


def _where(one: Expectation, language: Language) -> str:
    if one.place == Place():
        return one.file
    if one.place.cell is None:
        return f"{one.file}:{one.place.line}"
    return f"{one.file}, {place_told(one.place).told_in(language)}"


def judgement(tried: CourseTried, language: Language) -> str:
    """Return in a sentence whether all is as expected."""
    took = f"{tried.seconds:.0f}"
    if tried.broken:
        names = ", ".join(name or "course.toml" for name in tried.broken)
        return phrase("ci.broken", language, names=names)
    if tried.came is Came.HELD:
        return phrase("ci.as_expected", language, count=len(tried.assignments), seconds=took)
    count = sum(one.came is not Came.HELD for one in tried.expectations)
    return phrase("ci.not_as_expected", language, count=count, of=len(tried.expectations), seconds=took)


def ci_markdown(tried: CourseTried, language: Language) -> str:
    """Return the table, and below it each file with what was expected and what happened, as Markdown."""
    title = for_markdown(phrase("ci.title", language, course=tried.course))
    heads = headings(tried, language)
    lines = [f"## {title}", "", for_markdown(judgement(tried, language)), "", _row(heads), _rule(heads)]
    lines += [_row(row) for row in table(tried, language)]
    columns = tuple(phrase(f"ci.column.{name}", language) for name in ("file", "expected", "happened"))
    lines += ["", _row((*columns, "")), _rule((*columns, ""))]
    for one in tried.expectations:
        said = (one.expected.told_in(language), one.happened.told_in(language))
        lines.append(_row((_where(one, language), *said, SIGNS[one.came])))
    lines += ["", *(f"* {for_markdown(lint_line(flaw, language))}" for flaw in tried.linted.flaws)]
    if tried.quick:
        lines += ["", phrase("ci.quick", language)]
    return "\n".join([*lines, ""])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(for_markdown(cell) for cell in cells)} |"


def _rule(cells: Sequence[str]) -> str:
    return f"| {' | '.join('---' for _ in cells)} |"


def ci_annotations(tried: CourseTried, language: Language) -> tuple[str, ...]:
    """Return what did not hold as annotations, beside their lines; GitHub keeps ten of a step."""
    flaws = (
        Annotation(
            level="error",
            title=" · ".join(part for part in (flaw.assignment, flaw.rule) if part),
            text=lint_line(flaw, language) if flaw.cell is not None else flaw.message.told_in(language),
            file=flaw.file,
            line=None if flaw.cell is not None else flaw.line,
        )
        for flaw in tried.linted.flaws
    )
    others = (_annotation(one, language) for one in _not_held(tried))
    return tuple(one.written() for one in (*flaws, *others))[:_MOST_ANNOTATIONS]


def _annotation(one: Expectation, language: Language) -> Annotation:
    place = place_told(one.place).told_in(language) if one.place.cell is not None else ""
    parts = (one.assignment, phrase(f"ci.column.{one.part.value}", language), place)
    told = say("ci.expectation", where=_where(one, language), expected=one.expected, happened=one.happened)
    return Annotation(
        level=_LEVELS[one.came],
        title=" · ".join(part for part in parts if part),
        text=told.told_in(language),
        file=one.file,
        # In a notebook a line is one of its cell's, not of the file's: it stands in the title.
        line=one.place.line if one.place.cell is None else None,
    )


def ci_json(tried: CourseTried) -> str:
    """Return all of it as JSON (``grader/ci/v1``)."""
    document = {
        "schema": SCHEMA,
        "course": tried.course,
        "came": tried.came.value,
        "quick": tried.quick,
        "seconds": round(tried.seconds, 1),
        "assignments": list(tried.assignments),
        "broken_specs": list(tried.broken),
        "expectations": [_as_json(one) for one in tried.expectations],
        "lint": lint_as_json(tried.linted),
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _as_json(one: Expectation) -> dict[str, object]:
    return {
        "assignment": one.assignment or None,
        "part": one.part.value,
        "file": one.file,
        "came": one.came.value,
        "cell": one.place.cell,
        "line": one.place.line,
        "code": one.happened.code,
        "seconds": round(one.seconds, 1),
        "expected": {"pt-BR": one.expected.pt, "en": one.expected.en},
        "happened": {"pt-BR": one.happened.pt, "en": one.happened.en},
    }
