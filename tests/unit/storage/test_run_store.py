import json
import os
import signal
import stat
import subprocess
import sys
import time
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from grader.model.errors import StorageError
from grader.model.order import RunAnswer
from grader.model.run import MemoryGuard, Refusal, Run, RunStatus
from grader.storage.run_store import RunStore, StoredRun, open_store, write_record, write_whole
from tests import builders as a

KEY = "ab" * 32
REFUSED = (Refusal(name="predictions.npy", why="refused.link", detail="→ /etc/shadow"),)
RECORD = Path("runs") / KEY[:2] / KEY / "run.json"


def _answer(run: Run, extra: dict[str, Any]) -> RunAnswer:
    return RunAnswer(key=KEY, run=run, refused=REFUSED, files=(), extra=extra)


def _published(store: RunStore, key: str = KEY, *, figures: int = 0) -> StoredRun:
    scratch = store.scratch_path(key)
    scratch.mkdir(parents=True)
    (scratch / "predictions.npy").write_bytes(b"\x93NUMPY")
    for number in range(figures):
        (scratch / f"figure-{number:02d}.png").write_bytes(b"\x89PNG")
    write_record(scratch, _answer(a.a_run(status=RunStatus.TIMEOUT), {"replay": None, "served": "ef"}))
    return store.publish(key, scratch)


def test_a_run_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    with open_store(tmp_path / ".grader") as store:
        _published(store)
    with open_store(tmp_path / ".grader") as store:
        kept = store.load(KEY)
    assert kept is not None
    assert kept.run == a.a_run(status=RunStatus.TIMEOUT)
    assert kept.refused == REFUSED
    assert kept.extra == {"replay": None, "served": "ef"}
    assert kept.read("predictions.npy") == b"\x93NUMPY"
    assert kept.read("model.keras") is None


def test_every_status_and_guard_is_kept(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        for status, guard in product(RunStatus, MemoryGuard):
            run = a.a_run(status=status, memory_guard=guard, gpu="NVIDIA", signal=11, exit_code=None)
            scratch = store.scratch_path(KEY)
            scratch.mkdir(parents=True)
            write_record(scratch, _answer(run, {}))
            assert store.publish(KEY, scratch).run == run


def test_what_was_never_kept_is_not_there(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        assert store.load(KEY) is None


def test_a_forgotten_run_is_not_there(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        _published(store)
        store.forget(KEY)
        store.forget(KEY)
        assert store.load(KEY) is None


def test_a_run_kept_again_takes_the_olds_place(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        first = _published(store)
        (first.folder / "old.png").write_bytes(b"")
        again = _published(store)
        assert again.read("old.png") is None


def test_a_record_cut_anywhere_is_no_run(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        file = _published(store).folder / "run.json"
        content = file.read_bytes()
        for length in range(len(content)):
            file.write_bytes(content[:length])
            assert store.load(KEY) is None


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "null",
        "3",
        "{}",
        '{"schema": "grader/run/v1"}',
        '{"schema": "grader/run/v1", "run": {}, "refused": [], "extra": {}}',
        '{"schema": "grader/run/v1", "run": [], "refused": 3, "extra": {}}',
        '{"schema": "grader/run/v2", "run": {}, "refused": [], "extra": {}}',
        "[" * 5000,
        "\udcff".encode("utf-8", "surrogatepass").decode("latin-1"),
    ],
)
def test_a_record_that_is_none_is_no_run(tmp_path: Path, content: str) -> None:
    with open_store(tmp_path) as store:
        (_published(store).folder / "run.json").write_text(content)
        assert store.load(KEY) is None


def test_a_record_of_a_status_nobody_knows_is_no_run(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        file = _published(store).folder / "run.json"
        record = json.loads(file.read_text())
        record["run"]["status"] = "exploded"
        file.write_text(json.dumps(record))
        assert store.load(KEY) is None


def test_a_folder_in_the_place_of_the_record_is_no_run(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        file = _published(store).folder / "run.json"
        file.unlink()
        file.mkdir()
        assert store.load(KEY) is None


def test_a_file_in_the_place_of_the_runs_folder_is_no_run(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        folder = tmp_path / "runs" / KEY[:2]
        folder.mkdir(parents=True)
        (folder / KEY).write_text("")
        assert store.load(KEY) is None


def test_a_run_that_was_not_written_whole_is_not_published(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        scratch = store.scratch_path(KEY)
        scratch.mkdir(parents=True)
        with pytest.raises(StorageError) as caught:
            store.publish(KEY, scratch)
    assert caught.value.exit_code == 3


def test_leftovers_of_a_killed_grading_are_swept(tmp_path: Path) -> None:
    left = tmp_path / "scratch" / "abc-ana" / "run"
    left.mkdir(parents=True)
    (left / "order.npy").write_bytes(b"secret")
    with open_store(tmp_path):
        assert not (tmp_path / "scratch").exists()


def test_scratch_is_swept_when_a_grading_breaks_off(tmp_path: Path) -> None:
    def break_off() -> None:
        with open_store(tmp_path) as store:
            store.scratch_path(KEY).mkdir(parents=True)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert not (tmp_path / "scratch").exists()


def test_only_its_owner_may_look(tmp_path: Path) -> None:
    (tmp_path / ".grader").mkdir(mode=0o755)
    with open_store(tmp_path / ".grader"):
        assert stat.S_IMODE((tmp_path / ".grader").stat().st_mode) == 0o700


def test_a_second_grading_of_the_course_is_told_to_wait(tmp_path: Path) -> None:
    with open_store(tmp_path):
        with pytest.raises(StorageError) as caught, open_store(tmp_path):
            pytest.fail("two gradings at once")
        assert caught.value.message.code == "GR801"
    with open_store(tmp_path):
        pass


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError) as caught, open_store(tmp_path / "file"):
        pytest.fail("opened a file as a store")
    assert caught.value.message.code == "GR800"


_KEEPS_PUBLISHING = """
import sys
from pathlib import Path
from tests.unit.storage.test_run_store import FIGURES, _published
from grader.storage.run_store import open_store
with open_store(Path(sys.argv[1])) as store:
    for number in range(10**6):
        _published(store, f"{number % 2:064d}", figures=FIGURES)
        print("published", flush=True)
"""
FIGURES = 20


def test_whoever_kills_the_grader_finds_whole_runs_or_none(tmp_path: Path) -> None:
    found = 0
    for moment in range(3):
        command = [sys.executable, "-c", _KEEPS_PUBLISHING, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as grading:
            assert grading.stdout is not None
            for _ in range(3):
                assert grading.stdout.readline() == b"published\n"
            time.sleep(moment / 1000)  # the moment of the kill is the case under test
            grading.send_signal(signal.SIGKILL)
        with open_store(tmp_path) as store:
            kept = [run for number in range(2) if (run := store.load(f"{number:064d}"))]
        for run in kept:
            assert run.read("predictions.npy") == b"\x93NUMPY"
            assert len(list(run.folder.iterdir())) == FIGURES + 2
        found += len(kept)
    assert found > 0


def test_nobody_ever_sees_a_run_half_there(tmp_path: Path) -> None:
    """Killed at that moment, the grader would leave what is seen."""
    folder = tmp_path / "runs" / "00" / f"{0:064d}"
    command = [sys.executable, "-c", _KEEPS_PUBLISHING, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as grading:
        assert grading.stdout is not None
        grading.stdout.readline()
        seen = [_names_at_one_moment(folder) for _ in range(20_000)]
        grading.kill()
    looks = [names for names in seen if names is not None and "run.json" in names]
    assert looks
    assert {len(names) for names in looks} == {FIGURES + 2}


def _names_at_one_moment(folder: Path) -> list[str] | None:
    """Return what a folder holds, or None when it was not the same folder before and after the look."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            names = os.listdir(descriptor)  # noqa: PTH208 - of this very folder, not of its name
            same = os.fstat(descriptor).st_ino == folder.stat().st_ino
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        return None
    return names if same else None


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "reports" / "results.json"
    write_whole(path, "old")
    before = path.stat().st_ino
    with path.open() as reader:
        write_whole(path, b"new \xff")
        assert reader.read() == "old"
    assert path.read_bytes() == b"new \xff"
    assert path.stat().st_ino != before
    assert [p.name for p in path.parent.iterdir()] == ["results.json"]


def test_a_file_that_cannot_be_replaced_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "results.json").mkdir()
    with pytest.raises(StorageError) as caught:
        write_whole(tmp_path / "results.json", "new")
    assert caught.value.message.code == "GR800"
    assert [p.name for p in tmp_path.iterdir()] == ["results.json"]


def test_what_is_kept_aside_is_not_in_the_store_and_goes_with_it(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        aside = store.aside("verify")
        _published(aside)
        assert aside.load(KEY) is not None
        assert store.load(KEY) is None
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]


def test_a_store_aside_may_see_what_is_kept_and_changes_none_of_it(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        _published(store)
        assert store.aside("alone").load(KEY) is None
        over = store.aside("over", over=store)
        assert over.load(KEY) == store.load(KEY)
        over.forget(KEY)
        assert store.load(KEY) is not None
