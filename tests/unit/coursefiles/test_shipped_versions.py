from pathlib import Path

from grader.coursefiles.load_course import load_course
from grader.wiring import known_names

COURSE = Path(__file__).parents[3]
VERSIONS = {
    "activations": (
        "75f4e56c004f3e6755e2e70f517a9b92be8724ad4343bae0ab0a62bf5b25c5fb",
        "7d91de13444d15e9c7eac8347fdfe13d2feafb3cb5a971681ca752e26c415ab7",
    ),
    "california": (
        "9ad15d777ef1ba853c61b1fcd67acffe461fbf1c8984914ea5c0a866bc4b9c81",
        "5d23ff31c336e2e2eeee7b6d370f442694c20a05d622f00063fc961741d02ffd",
    ),
    "digits": (
        "e90698179cd1298209c4cace637965b99a114a83234692eb893c1dce54c88831",
        "2c8c2b9ee67d92f4928310ef8e7da7f8c52911b40be744afb9e825cc1bd21523",
    ),
    "fashion-mnist": (
        "36c9ff4a760369dafa097962ab1d54eee170918d9130a85fd18594d7892a4e7a",
        "adc2e4d79b8183c42ee586f093a4cc38be1329eca5276bb0a6a71a1941ef3858",
    ),
    "functional-api": (
        "65efa267e481aee30bc551b2df82989c762bd5ba9f5bd90a7b6bb3bde41c9770",
        "9524e943c295ea053b01710e3c14e8e1493a2653dfcfd2f7ba70e08dffc16208",
    ),
    "hyperparameters": (
        "75be3a4852c52694583367d22efbbd2e6a3bbde717f3c3b838ffe7bb2ff6ba02",
        "e63e1a4102a8f69c8124bb3fa7edd83f0a54277071872fa6763975fa31f67dfd",
    ),
    "mnist-dense": (
        "8559ecafe12bf7d6040d5842b08118f11e776e610e02195af64a159418a1ad28",
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
    "subclass-model": (
        "5feeac62147e66b17c7d4cc5c0cbd0431e088cd31e85fd0e6aab70803edf5c00",
        "5d23ff31c336e2e2eeee7b6d370f442694c20a05d622f00063fc961741d02ffd",
    ),
    "tensors": (
        "2b9b6a20d89b0bf8ff16123316b93b05c2dfba072167cd8d6518dfbe86d5eda8",
        "966dce8e2599c561db7f5f55a7ba827d593d58bba63fc35172786d4de2e67fd8",
    ),
}
"""``version`` and ``run_version``: kept runs and calibrated records stand under them."""


def test_an_assignment_that_did_not_change_keeps_its_versions() -> None:
    course = load_course(COURSE, known_names())
    assert {a.slug: (a.version, a.run_version) for a in course.assignments} == VERSIONS
