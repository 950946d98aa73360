"""A sandbox that leaks, installed as a plugin: ``doctor`` shows it, and nothing of a student's runs in it."""

import json
from pathlib import Path

import pytest

from tests.e2e.classroom import Ended, grader, hand_in, lay_out_course

pytestmark = pytest.mark.sandbox

LEAKY = '''
import json
from dataclasses import replace
from pathlib import Path

from grader.model.run import Bind
from grader.running.bubblewrap.sandbox import BubblewrapSandbox


class LeakySandbox(BubblewrapSandbox):
    """bubblewrap, with the whole machine shown inside; writes down what it was asked to run."""

    name = "leaky"

    def run(self, command):
        with Path(__file__).with_name("ran.jsonl").open("a") as file:
            file.write(json.dumps(command.argv) + "\\n")
        return super().run(replace(command, binds=(*command.binds, Bind(source=Path("/"), target="/mnt"))))
'''
ENTRY_POINTS = "[grader.sandboxes]\nleaky = leaky:LeakySandbox\n"
IDS = (
    *("sandbox", "label-canary", "proc-environ", "proc-sys", "user-namespaces", "vsock", "loopback"),
    *("tmpfs-size", "memory", "kill", "die-with-parent"),
    *("warm-start", "shared-memory", "temporary-folder", "cache-folder", "gpu"),
)


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """A folder with the leaky sandbox, as pip would install it."""
    folder = tmp_path / "site"
    information = folder / "leaky-1.0.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: leaky\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(ENTRY_POINTS)
    (folder / "leaky.py").write_text(LEAKY)
    return folder


def with_plugin(plugin: Path, *arguments: str | Path, cwd: Path) -> Ended:
    environment = {"PYTHONPATH": str(plugin), "PYTHONDONTWRITEBYTECODE": "1"}
    return grader(*arguments, "--sandbox", "leaky", cwd=cwd, timeout=60, environment=environment)


def ran(plugin: Path) -> list[str]:
    """Return the command lines that ran in the leaky sandbox."""
    return (plugin / "ran.jsonl").read_text().splitlines()


@pytest.mark.parametrize(
    "arguments",
    [
        ["grade", "submissions", "--runs", "1"],
        ["check", "work.py", "-a", "digits"],
        ["calibrate", "digits", "--runs", "2"],
    ],
    ids=lambda arguments: str(arguments[0]),
)
def test_nothing_is_run_in_a_sandbox_that_leaks(tmp_path: Path, plugin: Path, arguments: list[str]) -> None:
    course = lay_out_course(tmp_path / "course")
    (course / "work.py").write_text("QP = []\n")
    hand_in(course, "ana", "digits", course / "work.py")
    ended = with_plugin(plugin, *arguments, "--lang", "en", cwd=course)
    assert ended.status == 2, ended.err
    for word in ("GR640", "leaky", "label-canary", "grader doctor", "Nothing was run"):
        assert word in ended.err
    assert ran(plugin)
    assert not any("run_entry" in line or "work.py" in line for line in ran(plugin))
    assert not (course / "reports").exists()
    assert not list(course.rglob("run.json"))


def test_doctor_tells_every_probe_by_a_stable_id(tmp_path: Path) -> None:
    ended = grader("doctor", "--format", "json", cwd=tmp_path, timeout=60)
    document = json.loads(ended.out)
    items = {item["id"]: item for item in document["items"]}
    assert [name for name in items if not name.startswith(("runtime-", "data-", "cu-init"))] == list(IDS)
    assert all(set(item) == {"id", "what", "well", "needed", "state", "mend"} for item in document["items"])
    assert all(items[name]["well"] for name in IDS)
    assert len(items) == len(document["items"])
    needed_are_there = all(item["well"] for item in items.values() if item["needed"])
    assert document["can_grade"] == needed_are_there
    assert ended.status == (0 if needed_are_there else 2)


def test_doctor_shows_the_leak_and_ends_with_2(tmp_path: Path, plugin: Path) -> None:
    ended = with_plugin(plugin, "doctor", "--format", "json", cwd=tmp_path)
    assert ended.status == 2, ended.err
    items = {item["id"]: item for item in json.loads(ended.out)["items"]}
    assert not items["label-canary"]["well"]
    assert "/mnt/" in items["label-canary"]["state"]
    assert items["label-canary"]["mend"]
    assert items["vsock"]["well"]
    assert items["vsock"]["mend"] is None


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["To mend it: ", "This machine cannot grade yet"]),
        ("pt-BR", ["Para resolver: ", "Esta máquina ainda não pode corrigir"]),
    ],
)
def test_doctor_speaks_both_languages(tmp_path: Path, plugin: Path, language: str, told: list[str]) -> None:
    ended = with_plugin(plugin, "doctor", "--lang", language, cwd=tmp_path)
    assert ended.status == 2
    for words in told:
        assert words in ended.out


def test_doctor_does_not_take_no_sandbox_for_one(tmp_path: Path) -> None:
    ended = grader("doctor", "--sandbox", "none", "--lang", "en", cwd=tmp_path, timeout=60)
    assert ended.status == 2
    assert "NO SANDBOX" in ended.out


def test_doctor_names_the_sandboxes_there_are(tmp_path: Path) -> None:
    ended = grader("doctor", "--sandbox", "bubblerap", "--lang", "en", cwd=tmp_path, timeout=60)
    assert ended.status == 2
    assert "bubblewrap" in ended.err
