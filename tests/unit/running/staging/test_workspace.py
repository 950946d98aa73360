"""What a sandbox is shown, and whose folders are swept."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from grader.model.run import Limits, RunJob, StagedFile
from grader.model.submission import FileKind
from grader.running.owned_names import is_orphan, new_name
from grader.running.staging.workspace import harness_folder, neutral_folder, stage_submission, sweep_folders


@pytest.fixture
def rooms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    folder = tmp_path / "rooms"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def job(tmp_path: Path) -> RunJob:
    source = tmp_path / "course" / "submissions" / "ana" / "digits.py"
    source.parent.mkdir(parents=True)
    source.write_text("QP = []")
    served = tmp_path / "served"
    served.mkdir()
    return RunJob(
        files=(StagedFile(source=source, name="digits.py"),),
        main="digits.py",
        kind=FileKind.SCRIPT,
        number=1,
        seed=0,
        threads=1,
        python=Path("/usr/bin/python3"),
        runtime_binds=(),
        runtime_environment=(),
        served=served,
        rows_on_request=None,
        asks=(),
        limits=Limits(wall_seconds=1, memory_bytes=1),
        folder=tmp_path / "run",
    )


def dead_owner() -> str:
    """Return a name that a process made which has ended."""
    code = "from grader.running.owned_names import new_name; print(new_name())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_no_path_that_is_bound_says_where_the_course_or_the_grader_lies(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    command = stage_submission(job(tmp_path), scratch)
    shown = [bind.source for bind in command.binds]
    assert all(source.is_relative_to(scratch) or source == tmp_path / "served" for source in shown)


def test_the_harness_that_is_shown_is_ours(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    stage_submission(job(tmp_path), scratch)
    ours = {path.relative_to(harness_folder()): path for path in harness_folder().rglob("*.py")}
    shown = {path.relative_to(scratch / "harness"): path for path in (scratch / "harness").rglob("*.py")}
    assert shown.keys() == ours.keys()
    assert all(shown[name].read_bytes() == path.read_bytes() for name, path in ours.items())


def test_a_name_of_this_process_is_no_orphan() -> None:
    assert not is_orphan(new_name())


def test_a_name_of_a_process_that_has_ended_is_one() -> None:
    assert is_orphan(dead_owner())


def test_a_number_that_another_process_has_now_does_not_keep_an_orphan() -> None:
    kind, space, pid, started, token = new_name().split("-")
    assert is_orphan("-".join((kind, space, pid, str(int(started) - 1), token)))


def test_another_set_of_process_numbers_is_never_judged() -> None:
    kind, space, _, started, token = new_name().split("-")
    assert not is_orphan("-".join((kind, str(int(space) + 1), "4194303", started, token)))
    assert not is_orphan("grader-of-somebody")


def test_folders_of_dead_graders_are_swept_and_no_others(rooms: Path) -> None:
    stale = Path(tempfile.mkdtemp(prefix=f"{dead_owner()}-"))
    (stale / "staged").mkdir()
    foreign = rooms / "grader-of-somebody"
    foreign.mkdir()
    with neutral_folder() as living:
        sweep_folders()
        assert living.is_dir()
    assert not stale.exists()
    assert foreign.is_dir()


def test_a_link_named_like_a_folder_of_ours_leads_nowhere(rooms: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("x")
    (rooms / f"{dead_owner()}-abc").symlink_to(precious)
    sweep_folders()
    assert (precious / "file").exists()
