"""Notebooks, run in process: every code cell from top to bottom."""

from pathlib import Path

import pytest

from tests.integration.harness_runs import Left, harness_run, notebook

pytestmark = pytest.mark.runtime

CELLS = [
    ("markdown", "# Título"),
    ("code", "%matplotlib inline\nimport matplotlib.pyplot as plt\nx = [1, 2]\nx"),
    ("code", "!echo olá && pip install foo\n%pip install bar"),
    ("code", "%%time\ny = 3\nprint(y)"),
    ("code", "import asyncio\nawait asyncio.sleep(0)\nz = 1"),
    ("code", "def f():\n    return 1 / 0\nf()"),
    ("code", "plt.plot([1, 2]);"),
    ("code", "exit(0)\nprint('depois')"),
    ("code", "import sys\nsys.exit(0)"),
    ("code", "k = = 2"),
    ("code", "%%time\na = 1\nb = missing"),
    ("code", "%tensorflow_version 2.x\n%load_ext tensorboard\n%tensorboard --logdir logs"),
    ("code", "   \n"),
    ("code", "from google.colab import drive, files\ndrive.mount('/content/drive')"),
    ("code", "display({'a': 1})\nimport pandas as pd\npd.DataFrame({'c': [7]})"),
    ("code", "print('10 %\\r50 %\\r100 %')\nprint('x' * 70_000)"),
    ("code", "input('nome? ')\nprint(__name__, y, z)"),
]


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Left:
    return harness_run(tmp_path_factory.mktemp("notebook"), {"n.ipynb": notebook(CELLS)})


def output(left: Left, number: int) -> str:
    return str(next(cell["output"] for cell in left.cells if cell["number"] == number))


def test_cells_are_numbered_among_all_cells_and_blank_ones_left_out(left: Left) -> None:
    assert [cell["number"] for cell in left.cells] == [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16, 17]
    assert left.cells[0]["source"] == CELLS[1][1]


def test_execution_goes_on_past_failing_cells(left: Left) -> None:
    found = {error["cell"]: (error["type"], error["line"]) for error in left.report["errors"]}
    assert found == {
        6: ("ZeroDivisionError", 2),
        9: ("SystemExit", 2),
        10: ("SyntaxError", 1),
        11: ("NameError", 3),
    }
    assert left.status == 1
    assert output(left, 17) == "nome? \n__main__ 3 1\n"


def test_a_cells_error_stands_in_its_line_of_cells_jsonl(left: Left) -> None:
    errors = {cell["number"]: cell["error"]["type"] for cell in left.cells if cell["error"]}
    assert errors == {6: "ZeroDivisionError", 9: "SystemExit", 10: "SyntaxError", 11: "NameError"}
    assert "cell 6, line 3" in output(left, 6)


def test_exit_does_not_stop_the_cell_or_the_following_ones(left: Left) -> None:
    assert output(left, 8) == "depois\n"


def test_outputs_are_text_and_echoed(left: Left) -> None:
    assert output(left, 2) == "[1, 2]\n"
    assert output(left, 15).splitlines() == ["{'a': 1}", "   c", "0  7"]
    assert "[1, 2]\n" in left.printed


def test_shell_commands_print_into_the_cell(left: Left) -> None:
    assert output(left, 3).startswith("olá\npip: nada foi instalado")


def test_figures_are_kept_without_show(left: Left) -> None:
    assert left.report["figures"] == 1
    assert (left.out / "figure-01.png").read_bytes().startswith(b"\x89PNG")


def test_a_progress_bar_keeps_its_last_state_and_output_is_capped(left: Left) -> None:
    text = output(left, 16)
    assert text.startswith("100 %\nxxx")
    assert len(text) == 64 * 1024


def test_the_ledger_names_cell_and_line(left: Left) -> None:
    entries = [(e["kind"], e["what"], e["cell"], e["line"]) for e in left.report["ledger"]]
    assert entries == [
        ("pip", "pip install foo", 3, 1),
        ("pip", "%pip install bar", 3, 2),
        ("magic", "%tensorflow_version 2.x", 12, 1),
        ("magic", "%load_ext tensorboard", 12, 2),
        ("magic", "%tensorboard --logdir logs", 12, 3),
        ("drive", "drive.mount('/content/drive')", 14, 2),
        ("input", "input('nome? ')", 17, 1),
    ]


def test_an_empty_notebook_leaves_a_report_and_no_cells(tmp_path: Path) -> None:
    left = harness_run(tmp_path, {"n.ipynb": notebook([("markdown", "só texto")])})
    assert left.status == 0
    assert left.cells == []
    assert left.report["errors"] == []


@pytest.mark.attack("kernel_death")
def test_a_notebook_killed_in_a_cell_leaves_the_lines_before_it(tmp_path: Path) -> None:
    cells = [("code", "print(1)"), ("code", "print(2)"), ("code", "import os\nos._exit(7)"), ("code", "3")]
    left = harness_run(tmp_path, {"n.ipynb": notebook(cells)})
    assert left.status == 7
    assert [cell["output"] for cell in left.cells] == ["1\n", "2\n"]
    assert not (left.out / "report.json").exists()
