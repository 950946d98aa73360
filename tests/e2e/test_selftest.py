"""``grader selftest``: the zoo of each assignment down the real road; what is meant to catch each does."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.classroom import Ended, grader, lay_out_course, real_data

pytestmark = [pytest.mark.runtime, pytest.mark.sandbox, pytest.mark.grading]

Programs = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def shipped(course: Path) -> Ended:
    return grader("selftest", "-a", "digits", "-a", "pele", "-j", "2", "--format", "json", cwd=course)


def programs(ended: Ended, assignment: str) -> Programs:
    (told,) = (one for one in json.loads(ended.out)["assignments"] if one["assignment"] == assignment)
    return {one["program"]: one for one in told["programs"]}


def test_no_bad_program_gets_through_and_no_honest_one_is_accused(shipped: Ended) -> None:
    endings = {f"{a}/{n}": p["ending"] for a in ("digits", "pele") for n, p in programs(shipped, a).items()}
    assert {name: end for name, end in endings.items() if end not in ("caught", "clear", "tolerated")} == {}
    assert shipped.status == 0, shipped.err


@pytest.mark.parametrize(
    ("assignment", "program", "audit"),
    [
        ("digits", "by-position", "order"),
        ("digits", "copier", "canary"),
        ("digits", "denoised-copier", "pair"),
        ("digits", "epoch-chooser", "test-rows"),
        ("digits", "by-content", "placebo"),
        ("digits", "reloaded", "placebo"),
        ("digits", "liar", "claim"),
        ("digits", "twins", "twins"),
        ("pele", "reloaded", "placebo"),
        ("pele", "leaker", "test-rows"),
    ],
)
def test_each_audit_finds_what_it_is_there_for(
    shipped: Ended, assignment: str, program: str, audit: str
) -> None:
    assert programs(shipped, assignment)[program]["audits"][audit] == "caught"


def test_the_reference_and_a_small_honest_network_are_left_in_peace(shipped: Ended) -> None:
    for assignment, name in (("digits", "reference"), ("digits", "honest"), ("pele", "reference")):
        one = programs(shipped, assignment)[name]
        assert "caught" not in one["audits"].values(), name
        assert one["audits"]["placebo"] == "passed", name


@pytest.mark.data
@pytest.mark.slow
def test_nor_does_one_on_real_banknotes(course: Path) -> None:
    arguments = ("selftest", "-a", "noisynote", "-j", "2", "--format", "json", "--data-dir", real_data())
    ended = grader(*arguments, cwd=course)
    assert ended.status == 0, (ended.out, ended.err)
    assert programs(ended, "noisynote")["by-content"]["audits"]["placebo"] == "caught"
