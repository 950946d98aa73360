"""``grader selftest``: the zoo of each assignment down the real road; what is meant to catch each does."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.classroom import grader, lay_out_course, real_data

pytestmark = [pytest.mark.runtime, pytest.mark.sandbox, pytest.mark.grading]

Programs = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out_course(tmp_path_factory.mktemp("course"))


IN_THE_GATE = {
    "digits": ("liar", "by-position", "copier", "denoised-copier", "by-content", "checks-labels", "leaves"),
    "pele": ("reference", "leaker", "reloaded"),
}
"""One program for each audit but twins, and a control; all of both zoos are graded by make slow."""
FOUND = {
    ("digits", "by-position"): "order",
    ("digits", "copier"): "canary",
    ("digits", "denoised-copier"): "pair",
    ("digits", "epoch-chooser"): "test-rows",
    ("digits", "by-content"): "placebo",
    ("digits", "checks-labels"): "fresh",
    ("digits", "leaves"): "silence",
    ("digits", "reloaded"): "placebo",
    ("digits", "liar"): "claim",
    ("digits", "twins"): "twins",
    ("pele", "reloaded"): "placebo",
    ("pele", "leaker"): "test-rows",
}


def told(course: Path, *arguments: str) -> dict[str, Programs]:
    """Return what a self-test that must hold says of each program, by assignment."""
    ended = grader("selftest", *arguments, "-j", "2", "--format", "json", cwd=course)
    assert ended.status == 0, (ended.out, ended.err)
    assignments = json.loads(ended.out)["assignments"]
    return {one["assignment"]: {p["program"]: p for p in one["programs"]} for one in assignments}


def only(slug: str) -> list[str]:
    return ["-a", slug, *(word for name in IN_THE_GATE[slug] for word in ("--only", name))]


@pytest.fixture(scope="module")
def some(course: Path) -> dict[str, Programs]:
    return {**told(course, *only("digits")), **told(course, *only("pele"))}


@pytest.fixture(scope="module")
def whole(course: Path) -> dict[str, Programs]:
    return told(course, "-a", "digits", "-a", "pele")


def assert_none_gets_through(zoos: dict[str, Programs]) -> None:
    endings = {f"{slug}/{name}": one["ending"] for slug, zoo in zoos.items() for name, one in zoo.items()}
    assert {name: end for name, end in endings.items() if end not in ("caught", "clear", "tolerated")} == {}
    assert len(endings) >= 8


def assert_controls_are_left_in_peace(zoos: dict[str, Programs]) -> None:
    controls = (("digits", "reference"), ("digits", "honest"), ("pele", "reference"))
    there = [zoos[slug][name] for slug, name in controls if name in zoos[slug]]
    assert there
    for one in there:
        assert "caught" not in one["audits"].values(), one
        # A control whose recipe the grader trained again needs no run with wrong labels.
        assert one["audits"]["placebo"] in ("passed", "not_made"), one


@pytest.mark.takes(150, "a zoo is thirty runs of real TensorFlow")
def test_no_bad_program_gets_through_and_no_honest_one_is_accused(some: dict[str, Programs]) -> None:
    assert {slug: set(zoo) for slug, zoo in some.items()} == {a: set(n) for a, n in IN_THE_GATE.items()}
    assert_none_gets_through(some)
    assert_controls_are_left_in_peace(some)


@pytest.mark.parametrize(
    ("assignment", "program"), [(a, name) for a, name in FOUND if name in IN_THE_GATE[a]]
)
def test_each_audit_finds_what_it_is_there_for(
    some: dict[str, Programs], assignment: str, program: str
) -> None:
    assert some[assignment][program]["audits"][FOUND[assignment, program]] == "caught"


def test_a_program_that_no_zoo_has_is_told_with_those_there_are(course: Path) -> None:
    ended = grader("selftest", "-a", "pele", "--only", "copier", "--lang", "en", cwd=course, timeout=60)
    assert ended.status == 2
    assert "no program called copier" in ended.err
    assert "by-hand" in ended.err


@pytest.mark.slow
def test_nothing_of_the_whole_zoo_gets_through_and_no_control_is_accused(whole: dict[str, Programs]) -> None:
    assert_none_gets_through(whole)
    assert_controls_are_left_in_peace(whole)
    for (slug, name), audit in FOUND.items():
        assert whole[slug][name]["audits"][audit] == "caught", name


@pytest.mark.data
@pytest.mark.slow
def test_nor_does_one_on_real_banknotes(course: Path) -> None:
    zoos = told(course, "-a", "noisynote", "--data-dir", str(real_data()))
    assert zoos["noisynote"]["by-content"]["audits"]["placebo"] == "caught"
