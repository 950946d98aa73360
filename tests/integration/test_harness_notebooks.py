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
NOT_HERE = [
    "%load_ext watermark\n%watermark -v -p numpy",
    "from tqdm.notebook import tqdm, trange\nfor i in tqdm([5], desc='é'):\n    print(i)\nlist(trange(2))",
    "from IPython.display import Audio, Image, display\nImage('logo.png')",
    "display(Image(filename='fig/rede.jpg', width=300))\nAudio(filename='x.wav')",
    "import locale as lc\nlc.setlocale(lc.LC_ALL, 'pt_BR.UTF-8')\nprint(lc.currency(1234.5, grouping=True))",
    "print(lc.atof('1.234,5'), float('1.5'))\nlc.setlocale(lc.LC_ALL, '')\nprint(lc.str(1.5))",
    "import asyncio\nasync def f():\n    await asyncio.sleep(0.01)\n    return 7",
    "task = asyncio.create_task(f())",
    "print(await task)",
    "%%memit\nw = 3\nfor i in range(2):\n    w += i",
    "print(w)\n%memit w = w * 2",
    "%%sql\nSELECT * FROM w",
    "print(w)\nlc.setlocale(lc.LC_ALL, 'de_DE')",
    "%%memit\n\n1 / 0",
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


def test_what_a_notebook_shows_elsewhere_stops_nothing_here(tmp_path: Path) -> None:
    left = harness_run(tmp_path, {"n.ipynb": notebook([("code", source) for source in NOT_HERE])})
    errors = [(error["cell"], error["type"], error["line"]) for error in left.report["errors"]]
    assert errors == [(13, "Error", 2), (14, "ZeroDivisionError", 3)]  # a language that nobody stands in for
    shown = {5: "R$ 1.234,50", 6: "1234.5 1.5", 9: "7", 11: "4", 13: "8"}
    assert {number: output(left, number).splitlines()[0] for number in shown} == shown
    assert output(left, 6).splitlines()[1] == "1.5"
    assert [(e["kind"], e["what"], e["cell"]) for e in left.report["ledger"]] == [
        ("magic", "%load_ext watermark", 1),
        ("magic", "%watermark -v -p numpy", 1),
        ("picture", "Image('logo.png')", 3),
        ("picture", "Image('fig/rede.jpg')", 4),
        ("picture", "Audio('x.wav')", 4),
        ("locale", "locale.setlocale('pt_BR.UTF-8')", 5),
        ("magic", "%%memit", 10),
        ("magic", "%memit w = w * 2", 11),
        ("magic", "%%sql", 12),
        ("magic", "%%memit", 14),
    ]
    assert left.report["figures"] == 0
    assert "é: 100%" in output(left, 2)


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
