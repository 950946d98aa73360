from pathlib import Path

from grader.coursefiles.load_course import load_course
from grader.wiring import known_names

COURSE = Path(__file__).parents[3]
VERSIONS = {
    "digits": (
        "c390d6f30bd25d0b3698f1673b3d59030293956b29e9fd258beb7ae753e3d8b8",
        "2c8c2b9ee67d92f4928310ef8e7da7f8c52911b40be744afb9e825cc1bd21523",
    ),
    "fashion-mnist": (
        "13e42116cd5f715bc9cd3469ea84b38af89133daeee3a28c00f23d2fbb2e7d6a",
        "adc2e4d79b8183c42ee586f093a4cc38be1329eca5276bb0a6a71a1941ef3858",
    ),
    "mnist-dense": (
        "6d057a922f3cabbb2c86f248f62dfc234ccfcff17b11b8309363d7479238d991",
        "d7b973fd0a18035752993161ae7db7fe00a55e2c9cb2876974fcf44c68006ade",
    ),
    "noisynote": (
        "2aa671cc9d3dc6155b2d5d628e9fbe95a248f72b6749f9d307790e81f5625fee",
        "cfaa5a82173a0d2654345db4d6934677a5518e5880b90e1c34b99e80c09dfed1",
    ),
    "pele": (
        "9dfe33eceac26cd79d2db1a93bc94c372782353d4879f9e729577d314fcb6236",
        "de8a47d08ec5d954b297a67bc92ca0157fb440dec1d18b8dc9f9e1b21ea9f04a",
    ),
}
"""``version`` and ``run_version``: kept runs and calibrated records stand under them."""


def test_an_assignment_that_did_not_change_keeps_its_versions() -> None:
    course = load_course(COURSE, known_names())
    assert {a.slug: (a.version, a.run_version) for a in course.assignments} == VERSIONS
