"""The conformance suite on warm starts, in both modes: a warm start is a sandbox only if it passes."""

import json
import subprocess

import pytest

from grader.running.conformance import CASES, check_case
from grader.running.warm.always_warm import AlwaysWarm
from tests.integration.confined import Driver

pytestmark = pytest.mark.sandbox

BY_NAME = {case.name: case for case in CASES}

AS_USER = """
import json
from grader.running.conformance import check_sandbox
from grader.running.warm.always_warm import AlwaysWarm
if __name__ == "__main__":
    sandbox = AlwaysWarm()
    print(json.dumps({broken.case: broken.why for broken in check_sandbox(sandbox)}))
    sandbox.close()
"""


@pytest.mark.parametrize("name", BY_NAME)
def test_a_warm_start_keeps_every_promise(warm_sandbox: AlwaysWarm, name: str) -> None:
    assert check_case(BY_NAME[name], warm_sandbox) is None


@pytest.mark.slow
def test_a_warm_start_of_an_ordinary_user_keeps_every_promise(driver: Driver) -> None:
    done = subprocess.run(
        [*driver.command_line()[:-1], "-c", AS_USER],
        env={"PYTHONPATH": str(driver.folder)},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    assert json.loads(done.stdout) == {}
