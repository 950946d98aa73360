"""Variables that are asked for, in the sandbox: objects made to hurt who looks at them, and forged files."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.measuring.evidence.values import read_values
from grader.model.ask import Ask
from grader.model.run import Limits, RunJob, StagedFile
from grader.model.submission import FileKind
from grader.readers.refused import Refused
from grader.running.staging.workspace import stage_submission
from tests.integration.confined import INNER_PYTHON, MIB, Confined

pytestmark = pytest.mark.sandbox

HURTS = """
class Raises:
    def __getattribute__(self, name):
        raise SystemExit("all tests passed")

class Equal(int):
    def __eq__(self, other):
        return True
    def __hash__(self):
        return 7
    def __repr__(self):
        return "42, 'verdict': 'passed'"
    __str__ = __int__ = __index__ = __repr__

class Endless(list):
    def __iter__(self):
        while True:
            yield 1
    def __len__(self):
        return 10**12

class Meta(type):
    def __instancecheck__(cls, value):
        raise KeyboardInterrupt
    __subclasscheck__ = __instancecheck__

class Lies(metaclass=Meta):
    @property
    def __class__(self):
        return list

raises, lies, equal, endless = Raises(), Lies(), Equal(7), Endless([1, 2])
mine = [1]
mine.append(mine)
deep = []
for _ in range(100_000):
    deep = [deep]
wide = [0]
for _ in range(40):
    wide = [wide, wide]
huge = range(10**12)
digits = 1 << 10**6
honest = {"a": (1, 2.5), 3: [None, True, "é"]}
"""
REPLACES = """
import json, sys
for name, module in list(sys.modules.items()):
    if name.startswith("grader_harness"):
        for attribute in ("_written", "PlainValues", "write_text", "dumps"):
            if hasattr(module, attribute):
                setattr(module, attribute, lambda *a, **k: '{"value": {"passed": 1}}')
json.dumps = lambda *a, **k: '{"verdict": "passed"}'
sys.modules["numpy"] = object()
honest = 1
"""
FORGES = """
import json, os
os.mkdir("/out/values.json")
with open("/out/values.json.part", "w") as file:
    json.dump({"values": {"honest": {"value": 1}, "points": {"value": 10}}}, file)
honest = 1
"""
LINKS = """
import os
os.symlink("/etc/passwd", "/out/values.json.part")
honest = 1
"""
ENDS = """
import os
class Tensor:
    def numpy(self):
        os._exit(0)
Tensor.__module__ = "torch"
honest, tensor = 1, Tensor()
"""
WAITS = ENDS.replace("os._exit(0)", "while True: pass")


def run(confined: Confined, program: str, *names: str) -> tuple[SimpleNamespace, Mapping[str, Any]]:
    """Run ``program`` in the sandbox asked for ``names``; return how it ended and what the grader reads."""
    staged = confined.folder / "p.py"
    staged.write_text(program)
    (confined.folder / "served").mkdir()
    job = RunJob(
        files=(StagedFile(source=staged, name="p.py"),),
        main="p.py",
        kind=FileKind.SCRIPT,
        number=1,
        seed=0,
        threads=1,
        python=Path(INNER_PYTHON),
        runtime_binds=(),
        runtime_environment=(),
        served=confined.folder / "served",
        rows_on_request=None,
        asks=(Ask(kind="values", names=names),),
        limits=Limits(wall_seconds=20, memory_bytes=512 * MIB),
        folder=confined.folder / "left",
    )
    (confined.folder / "scratch").mkdir(mode=0o755)
    command = stage_submission(job, confined.folder / "scratch")
    answered = confined.answer(
        confined.request(
            "",
            argv=list(command.argv),
            binds=[[str(bind.source), bind.target] for bind in command.binds],
            environment=[list(pair) for pair in command.environment],
            wanted=[[wanted.name, wanted.max_bytes] for wanted in command.wanted],
            wall_seconds=8,
        )
    )
    left = confined.into / "values.json"
    return SimpleNamespace(**answered), read_values(left.read_bytes() if left.exists() else None, names)


def report(confined: Confined) -> dict[str, Any]:
    said: dict[str, Any] = json.loads((confined.into / "report.json").read_text())
    return said


@pytest.mark.attack("values_that_lie", "values_that_raise", "values_without_end")
def test_objects_that_lie_raise_or_never_end_are_sentences_and_take_nothing_with_them(
    confined: Confined,
) -> None:
    names = ("raises", "lies", "mine", "deep", "wide", "huge", "digits", "equal", "endless", "honest", "no")
    ended, values = run(confined, HURTS, *names)
    assert ended.status == "OK", ended.text
    assert report(confined)["sources"]["values"] == {"state": "ok"}
    told = {name: value.reason.en for name, value in values.items() if isinstance(value, Refused)}
    assert {name: reason.partition(" (")[0] for name, reason in told.items()} == {
        "raises": "raises holds something that cannot be read outside the program",
        "lies": "lies holds something that cannot be read outside the program",
        "mine": "mine contains itself.",
        "deep": "deep has lists or dicts inside one another in more than 20 levels.",
        "wide": "wide has lists or dicts inside one another in more than 20 levels.",
        "huge": "huge holds something that cannot be read outside the program",
        "digits": "digits is too large to be read outside the program",
        "no": "no is not among the variables that the program ended with.",
    }
    assert type(values["equal"]) is int
    assert {name: values[name] for name in ("equal", "endless", "honest")} == {
        "equal": 7,
        "endless": [1, 2],
        "honest": {"a": (1, 2.5), 3: [None, True, "é"]},
    }


@pytest.mark.attack("values_forged")
def test_a_program_that_replaces_the_harness_says_nothing_but_plain_values(confined: Confined) -> None:
    _, values = run(confined, REPLACES, "honest")
    assert isinstance(values["honest"], Refused)
    assert "tampered" in values["honest"].reason.en


@pytest.mark.attack("values_forged")
@pytest.mark.parametrize("program", [FORGES, LINKS], ids=["a folder in its place", "a link to elsewhere"])
def test_a_file_that_was_there_before_is_not_what_is_read(confined: Confined, program: str) -> None:
    ended, values = run(confined, program, "honest")
    assert ended.status == "OK", ended.text
    said = report(confined)["sources"]["values"]
    assert (said["state"], said["why"]) == ("passed_over", "raised")
    assert isinstance(values["honest"], Refused)
    assert "values.json" not in ended.collected


@pytest.mark.attack("values_without_end")
@pytest.mark.parametrize(("program", "status"), [(ENDS, "OK"), (WAITS, "TIMEOUT")])
def test_a_tensor_that_ends_or_holds_up_the_process_leaves_a_run_that_did_not_finish(
    confined: Confined, program: str, status: str
) -> None:
    ended, values = run(confined, program, "honest", "tensor")
    assert ended.status == status
    assert report(confined)["finished"] is False
    assert all(isinstance(value, Refused) for value in values.values())
