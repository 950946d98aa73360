"""What stood in a variable before a program was killed is there to be judged."""

import subprocess
from pathlib import Path

import pytest

from tests.integration.harness_runs import Left, banknotes, harness_run, notebook, serve

pytestmark = pytest.mark.runtime

ANSWERS = "import numpy as np\nQP = np.arange(120) % 2"
MORE = "QP = QP * 0"
ASKS: dict[str, tuple[str, ...]] = {"predictions": ("QP",), "captured": ()}


def killed(folder: Path, files: dict[str, bytes], seconds: float = 0.0, timeout: float = 60) -> Left:
    """Run ``files`` and kill them after ``timeout``, unless they end before."""
    arrays = banknotes()
    served = serve(folder / "data", arrays)
    try:
        return harness_run(folder, files, served=served, asks=ASKS, seconds=seconds, timeout=timeout)
    except subprocess.TimeoutExpired:
        return Left(folder, -9, "", "")


def test_what_stood_before_the_kernel_died_is_left(tmp_path: Path) -> None:
    cells = [("code", ANSWERS), ("code", MORE), ("code", "import os; os._exit(3)")]
    left = killed(tmp_path, {"n.ipynb": notebook(cells)})
    assert left.status == 3
    assert left.array("predictions").tolist() == [0] * 120, "the later cell's"
    assert left.report["finished"] is False
    assert left.report["sources"]["predictions"] == {"state": "ok"}


def test_a_loop_without_end_leaves_what_stood_shortly_before_the_time_limit(tmp_path: Path) -> None:
    left = killed(tmp_path, {"p.py": f"{ANSWERS}\nwhile True: pass".encode()}, seconds=4.0, timeout=6)
    assert left.array("predictions").tolist() == [0, 1] * 60
    assert left.report["finished"] is False


def test_a_thread_left_over_leaves_what_stood_when_the_program_came_to_its_end(tmp_path: Path) -> None:
    thread = "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()"
    left = killed(tmp_path, {"p.py": f"{ANSWERS}\n{thread}".encode()}, timeout=4)
    assert left.array("predictions").tolist() == [0, 1] * 60


def test_what_is_gone_at_the_end_is_not_left(tmp_path: Path) -> None:
    cells = [("code", ANSWERS), ("code", "del QP")]
    left = killed(tmp_path, {"n.ipynb": notebook(cells)}, seconds=600)
    assert left.report["finished"] is True
    assert not (left.out / "predictions.npy").exists()
