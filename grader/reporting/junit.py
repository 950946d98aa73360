"""Gradings as JUnit XML, for build services that show tests.

A submission is the test case ``verdict`` and one for each check. What failed is a failure; what was not
graded, and a check in which we erred, is an error, and so never looks like a zero; what is inconclusive is
skipped, since it neither passed nor failed. Nothing that a program printed is in the file but what a message
quotes, and all text goes through ``for_xml``: build services take ``[[ATTACHMENT|path]]`` as an order to
publish that file.
"""

from collections.abc import Iterable
from datetime import UTC
from decimal import Decimal
from xml.etree import ElementTree as ET

from grader.model.check import Outcome
from grader.model.message import Language, Message
from grader.model.result import Grading, SubmissionResult
from grader.reporting.escaping import for_xml, one_line
from grader.reporting.summary import notes_of, place_of, telling_message, why_of, word_of

_CHILDREN = {
    "failed": "failure",
    "not_graded": "error",
    "inconclusive": "skipped",
    Outcome.FAILED.value: "failure",
    Outcome.ERRORED.value: "error",
    Outcome.INCONCLUSIVE.value: "skipped",
    Outcome.SKIPPED.value: "skipped",
}
_COUNTED = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def junit_xml(grading: Grading, language: Language, *, file: str | None = None) -> str:
    """Return one suite for each assignment, with the verdict and the checks of every submission.

    ``file`` is where the only submission lies as a build service knows it; else each is named by where it
    lies below the folder of submissions. The ``type`` of a failure is the code of its reason.
    """
    root = ET.Element("testsuites", name=for_xml(grading.course))
    slugs = dict.fromkeys(result.assignment for result in grading.submissions)
    for slug in slugs:
        results = [result for result in grading.submissions if result.assignment == slug]
        cases = [case for result in results for case in _cases(result, language, file or _lies(result))]
        started = grading.started.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        suite = ET.SubElement(
            root, "testsuite", {"name": for_xml(slug), "timestamp": started, **_counts(cases)}
        )
        suite.set("time", _seconds(sum(map(_took, results))))
        suite.extend(cases)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _cases(result: SubmissionResult, language: Language, file: str) -> Iterable[ET.Element]:
    why = telling_message(result)
    verdict = _case(result, "verdict", word_of(result), why_of(result, language), file)
    _name_code(verdict, why)
    verdict.set("time", _seconds(_took(result)))
    points = {"points": result.points, "max_points": result.max_points}
    notes = [note.told_in(language) for note in notes_of(result)]
    _describe(verdict, {"student": result.student, **points}, notes)
    yield verdict
    for check in result.checks:
        case = _case(result, check.id, check.outcome.value, check.message.told_in(language), file)
        _name_code(case, check.message)
        _describe(case, {"points": check.points, "max_points": check.max_points, "required": check.required})
        yield case


def _case(result: SubmissionResult, name: str, word: str, why: str, file: str) -> ET.Element:
    # The id, unlike a name, is nobody else's: of two cases called alike the second is lost.
    case = ET.Element("testcase", classname=_line(f"{result.assignment}.{result.id}"), name=_line(name))
    if file:
        case.set("file", _line(file))
        place = place_of(result)
        # In a notebook a line is one of its cell's, not of the file's.
        if place.line is not None and place.cell is None:
            case.set("line", str(place.line))
    if (child := _CHILDREN.get(word)) is not None:
        ET.SubElement(case, child, message=for_xml(why)).text = for_xml(why)
    return case


def _name_code(case: ET.Element, message: Message | None) -> None:
    """Write the code of ``message`` as the type of a failure or error, which is where build services look."""
    for child in case:
        if child.tag in ("failure", "error") and message is not None and message.code:
            child.set("type", message.code)


def _lies(result: SubmissionResult) -> str:
    return result.handed_in or result.main


def _describe(case: ET.Element, properties: dict[str, object], notes: Iterable[str] = ()) -> None:
    held = ET.Element("properties")
    for name, value in (*properties.items(), *(("note", note) for note in notes)):
        if value is not None:
            ET.SubElement(held, "property", name=name, value=_line(_plain(value)))
    case.insert(0, held)


def _line(text: str) -> str:
    return for_xml(one_line(text))


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _counts(cases: list[ET.Element]) -> dict[str, str]:
    counts = {
        attribute: str(sum(case.find(child) is not None for case in cases))
        for child, attribute in _COUNTED.items()
    }
    return {"tests": str(len(cases)), **counts}


def _took(result: SubmissionResult) -> float:
    return sum(one.run.seconds for one in result.runs)


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"
