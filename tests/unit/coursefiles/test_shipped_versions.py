from pathlib import Path

from grader.coursefiles.load_course import load_course
from grader.wiring import known_names

COURSE = Path(__file__).parents[3]
VERSIONS = {
    "digits": (
        "b849c3ce7ca20a75b64ac528f92b716bbf253b64d9aa4f63905b744670cd55a8",
        "2c8c2b9ee67d92f4928310ef8e7da7f8c52911b40be744afb9e825cc1bd21523",
    ),
    "fashion-mnist": (
        "d3d7e44987a6e08253e028a9a259136a74beb50069e20ba44b9ef8db0b6ab6b4",
        "adc2e4d79b8183c42ee586f093a4cc38be1329eca5276bb0a6a71a1941ef3858",
    ),
    "mnist-dense": (
        "92bd596c72f39ef56bf54e103a729cca87187fc572ec5125fd9bd339c03f64ca",
        "d7b973fd0a18035752993161ae7db7fe00a55e2c9cb2876974fcf44c68006ade",
    ),
    "noisynote": (
        "98073ddaa166625f546c5751e79bf0b88b700b06a292ba36db5255ec24b67199",
        "cfaa5a82173a0d2654345db4d6934677a5518e5880b90e1c34b99e80c09dfed1",
    ),
    "pele": (
        "31cee29d4792f9c0512df6573ac0059b723f3cf532022b5e708f4a62a1b0f764",
        "de8a47d08ec5d954b297a67bc92ca0157fb440dec1d18b8dc9f9e1b21ea9f04a",
    ),
}
"""``version`` and ``run_version``: kept runs and calibrated records stand under them."""


def test_an_assignment_that_did_not_change_keeps_its_versions() -> None:
    course = load_course(COURSE, known_names())
    assert {a.slug: (a.version, a.run_version) for a in course.assignments} == VERSIONS
