"""examples/plugins as its reader would use it: built, installed beside the grader, a class graded with it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.classroom import ROOT, grader, results

pytestmark = [pytest.mark.runtime, pytest.mark.sandbox]

EXAMPLE = ROOT / "examples" / "plugins"
UV = Path(sys.executable).with_name("uv")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Build and install the package into a folder of its own, and return what makes Python look there."""
    source = tmp_path_factory.mktemp("source") / "plugins"
    shutil.copytree(EXAMPLE, source)
    target = tmp_path_factory.mktemp("packages")
    alone = ("--offline", "--no-cache", "--no-deps", "--no-build-isolation", "--quiet")
    command = [UV, "pip", "install", *alone, "--target", target, source]
    subprocess.run([str(part) for part in command], check=True, env={**os.environ, "VIRTUAL_ENV": sys.prefix})
    return {"PYTHONPATH": str(target)}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example") / "course"
    shutil.copytree(EXAMPLE / "course", folder)
    return folder


@pytest.fixture(scope="module")
def graded(course: Path, installed: dict[str, str]) -> None:
    ended = grader(
        "grade", "submissions", "--export", "tsv", "--lang", "en", cwd=course, environment=installed
    )
    assert ended.status == 0, ended.err


@pytest.mark.usefixtures("graded")
def test_a_class_is_graded_with_what_the_package_adds(course: Path) -> None:
    rows = results(course)
    good, bad = rows["ana", "balanced"], rows["bia", "balanced"]
    assert (good["verdict"], good["points"]) == ("passed", 10)
    assert (bad["verdict"], bad["points"]) == ("failed", 2)
    assert [(check["id"], check["outcome"]) for check in bad["checks"]] == [
        ("both-kinds", "failed"),
        ("quick", "passed"),
    ]
    quick = bad["checks"][1]["message"]["en"]
    assert quick.startswith("The slowest run took ")
    assert quick.endswith("; the limit is 60 s.")
    assert bad["metrics"]["balanced_error"]["value"] == 0.5
    assert (course / "reports" / "points.tsv").read_text(encoding="utf-8").splitlines() == [
        "student\tassignment\tpoints",
        "ana\tbalanced\t10",
        "ana\tgarden\t10",
        "bia\tbalanced\t2",
        "bia\tgarden\t2",
    ]


@pytest.mark.usefixtures("graded")
def test_data_of_the_courses_own_with_hidden_labels_are_judged_by_the_packages_metric_and_check(
    course: Path,
) -> None:
    rows = results(course)
    good, copied = rows["ana", "garden"], rows["bia", "garden"]
    assert (good["verdict"], good["points"]) == ("passed", 10)
    assert [(check["id"], check["outcome"]) for check in copied["checks"]] == [
        ("both-plants", "failed"),
        ("quick", "passed"),
    ]
    # Of hidden rows a student reads what was measured from outside, by whomever the check was written.
    page = (course / "reports" / "garden" / "bia.html").read_text(encoding="utf-8")
    assert copied["checks"][1]["message"]["en"] in page
    assert "The test rows are hidden." in page
    assert "GR525" not in page
    # The labels that bia found beside the rows are drawn at random: half of them are wrong.
    assert 0.2 < copied["metrics"]["balanced_error"]["value"] < 0.8


def test_without_the_package_the_course_says_which_names_it_lacks(course: Path) -> None:
    ended = grader("grade", "submissions", "--export", "tsv", "--lang", "en", cwd=course)
    assert ended.status == 2
    assert 'check.both-kinds.metric: there is no "balanced_error"; there are: accuracy, ' in ended.err
    assert 'check.quick.kind: there is no "cpu_time"; there are: architecture, ' in ended.err


def test_a_misspelt_key_of_the_packages_check_is_a_clear_mistake(
    course: Path, installed: dict[str, str], tmp_path: Path
) -> None:
    shutil.copytree(course / "assignments", tmp_path / "assignments")
    toml = tmp_path / "assignments" / "balanced" / "assignment.toml"
    text = toml.read_text(encoding="utf-8").replace("seconds = 60", "second = 60")
    toml.write_text(text, encoding="utf-8")
    ended = grader("grade", "submissions", "--lang", "en", cwd=tmp_path, environment=installed)
    assert ended.status == 2
    unknown, missing = sorted(ended.err.splitlines())
    place = "assignments/balanced/assignment.toml, check.quick."
    assert unknown == f"error GR102: {place}second: unknown key; did you mean 'seconds'?"
    assert missing.startswith(f"error GR103: {place}seconds: ")


def test_an_exporter_that_fails_takes_nothing_from_the_grading(
    course: Path, installed: dict[str, str], tmp_path: Path
) -> None:
    _lay_out_package(tmp_path, "grader.exporters", "broken", text=BROKEN)
    both = {"PYTHONPATH": f"{tmp_path}:{installed['PYTHONPATH']}"}
    command = ("grade", "submissions", "--export", "broken", "--export", "tsv", "--lang", "en", "-o", "again")
    ended = grader(*command, cwd=course, environment=both)
    assert ended.status == 3, ended.err
    assert "error GR892: the exporter broken failed (ZeroDivisionError: by design)" in ended.err
    assert "Traceback" not in ended.err
    assert results(course, "again")["ana", "balanced"]["points"] == 10
    assert {path.name for path in (course / "again").iterdir()} == {
        "_instructor",
        "balanced",
        "garden",
        "gradebook.csv",
        "index.html",
        "points.tsv",
        "results.json",
    }


def test_packages_that_do_not_serve_stop_the_command_each_in_a_sentence(
    course: Path, installed: dict[str, str], tmp_path: Path
) -> None:
    _lay_out_package(tmp_path, "grader.metrics", "old", text="from grader.gone import Metric\n")
    _lay_out_package(tmp_path, "grader.datasets", "lost", text="")
    both = {"PYTHONPATH": f"{tmp_path}:{installed['PYTHONPATH']}"}
    ended = grader("grade", "submissions", "--lang", "en", cwd=course, environment=both)
    assert ended.status == 2
    old, lost = ended.err.splitlines()
    refused = "error GR290: the plugin 'old' of the package old-package (grader.metrics: old_package:Plugin)"
    assert old == f"{refused} does not load (ModuleNotFoundError: No module named 'grader.gone')"
    assert lost.startswith("error GR290: the plugin 'lost' of the package lost-package (grader.datasets: ")


BROKEN = """
class Plugin:
    name, file_name = "broken", "broken.txt"

    def __call__(self, grading, language):
        raise ZeroDivisionError("by design")
"""


def _lay_out_package(folder: Path, group: str, name: str, *, text: str) -> None:
    """Write into ``folder`` what an installer would: a module, and what says that a plugin is in it."""
    (folder / f"{name}_package.py").write_text(text, encoding="utf-8")
    about = folder / f"{name}_package-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-package\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[{group}]\n{name} = {name}_package:Plugin\n")
