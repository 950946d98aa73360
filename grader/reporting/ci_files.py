"""What became of a course's expectations as files for other programs: JUnit XML, a badge."""

import json
from xml.etree import ElementTree as ET

from grader.model.expectation import Came, CourseTried, Expectation, Part
from grader.model.message import Language
from grader.reporting.escaping import for_xml, one_line
from grader.words import phrase

_CHILDREN = {Came.BROKEN: "failure", Came.LOST: "error", Came.UNSURE: "skipped"}
_COUNTED = {"failures": Came.BROKEN, "errors": Came.LOST, "skipped": Came.UNSURE}
_COLOURS = {Came.HELD: "brightgreen", Came.UNSURE: "yellow", Came.LOST: "lightgrey", Came.BROKEN: "red"}


def ci_junit(tried: CourseTried, language: Language) -> str:
    """Return a suite for each assignment with a case for each expectation, as JUnit XML."""
    root = ET.Element("testsuites", name=for_xml(tried.course))
    for slug in dict.fromkeys(one.assignment for one in tried.expectations):
        each = [one for one in tried.expectations if one.assignment == slug]
        counts = {name: str(sum(one.came is came for one in each)) for name, came in _COUNTED.items()}
        suite = ET.SubElement(
            root,
            "testsuite",
            {
                "name": for_xml(slug or tried.course),
                "tests": str(len(each)),
                **counts,
                "time": f"{sum(one.seconds for one in each):.3f}",
            },
        )
        suite.extend(_case(one, tried, language) for one in each)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _case(one: Expectation, tried: CourseTried, language: Language) -> ET.Element:
    told = phrase("ci.expectation", language, where=one.file, expected=one.expected, happened=one.happened)
    if one.part is Part.LINT and one.came is Came.BROKEN:
        flaws = [flaw for flaw in tried.linted.flaws if flaw.assignment == one.assignment]
        told = "\n".join((told, *(f"{flaw.file}: {flaw.message.told_in(language)}" for flaw in flaws)))
    case = ET.Element(
        "testcase",
        {
            "classname": for_xml(f"{one.assignment or tried.course}.{one.part.value}"),
            "name": for_xml(one_line(f"{one.file}: {one.expected.told_in(language)}")),
            "file": for_xml(one.file),
            "time": f"{one.seconds:.3f}",
        },
    )
    if one.place.line is not None and one.place.cell is None:
        case.set("line", str(one.place.line))
    if one.came in _CHILDREN:
        child = ET.SubElement(case, _CHILDREN[one.came], message=for_xml(told))
        child.text = for_xml(told)
        if one.happened.code and one.came is not Came.UNSURE:
            child.set("type", one.happened.code)
    return case


def ci_badge(tried: CourseTried, language: Language) -> str:
    """Return how much is as expected, of how much, as the JSON that shields.io makes a badge of."""
    held = sum(one.came is Came.HELD for one in tried.expectations)
    badge = {
        "schemaVersion": 1,
        "label": phrase("ci.badge", language),
        "message": f"{held}/{len(tried.expectations)}",
        "color": "red" if tried.broken else _COLOURS[tried.came],
    }
    return json.dumps(badge, ensure_ascii=False) + "\n"
