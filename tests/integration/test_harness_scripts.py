"""Programs without TensorFlow: what stops them, what is neutralised, what they deliver."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from grader.datasets.catalogue import loaders
from tests.integration.harness_runs import (
    PROGRAMS,
    Left,
    banknotes,
    harness_run,
    images,
    serve,
    stage,
    text_files,
)

pytestmark = pytest.mark.runtime


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Left:
    """A program that downloads, unpacks, installs, asks questions, and defines predict(X)."""
    folder = tmp_path_factory.mktemp("offline")
    arrays = banknotes()
    served = serve(folder / "data", arrays, files=text_files(arrays))
    files = stage(PROGRAMS, "own_data.py")
    files["qy.txt"] = b"the student's own copy of the labels"
    files["evidence.py"] = b"raise SystemExit('the harness must not import this')"
    left = harness_run(folder, files, served=served, rows=arrays["x_test"])
    assert "EOFError" in left.report["errors"][0]["type"], left.complained
    return left


def test_a_served_file_wins_over_a_file_of_its_name_in_the_submission(offline: Left) -> None:
    served = (offline.folder / "data/files/qy.txt").read_bytes()
    assert (offline.folder / "work/qy.txt").read_bytes() == served


def test_wget_and_unzip_of_a_served_file_succeed_without_a_network(offline: Left) -> None:
    served = (offline.folder / "data/files/ax.txt").read_bytes()
    assert (offline.folder / "work/ax.txt").read_bytes() == served
    archive = (offline.folder / "data/files/noisynote.zip").read_bytes()
    assert (offline.folder / "work/copia.zip").read_bytes() == archive
    assert {"download", "unzip"} <= set(offline.kinds)


def test_a_file_that_is_not_served_fails_and_the_program_goes_on(offline: Left) -> None:
    assert not (offline.folder / "work/outro.zip").exists()
    assert "outro.zip: não há rede" in offline.complained


def test_the_ledger_says_what_was_neutralised_and_on_which_line(offline: Left) -> None:
    entries = {(entry["kind"], entry["what"]): entry["line"] for entry in offline.report["ledger"]}
    assert entries["pip", "pip install -q tensorflow==2.4"] == 9
    assert entries["pip", "pip3 install opencv-python"] == 10
    assert (
        entries["download", "wget -nc -U Firefox/50.0 http://www.lps.usp.br/hae/apostila/noisynote.zip"] == 5
    )
    assert entries["thread_pin", "OMP_NUM_THREADS=8"] is None


def test_a_menu_gets_empty_answers_and_then_the_end_of_its_input(offline: Left) -> None:
    assert offline.kinds.count("input") == 2
    error = offline.report["errors"][0]
    assert (error["type"], error["line"]) == ("EOFError", 36)
    assert offline.status == 1


def test_predict_is_asked_for_rows_handed_over_after_the_end(offline: Left) -> None:
    assert offline.report["sources"]["predict"] == {"state": "ok"}
    labels = np.load(offline.folder / "data/y_test.npy")
    assert (offline.array("predict") == labels).all()


def test_a_row_matrix_of_predictions_is_one_value_per_row(offline: Left) -> None:
    assert offline.report["sources"]["predictions"] == {"state": "ok"}
    assert offline.array("predictions").shape == (120,)
    assert offline.array("predictions").dtype == np.int64


def test_the_programs_own_seed_is_noticed(offline: Left) -> None:
    assert offline.report["own_seed"] is True


def test_a_program_without_tensorflow_does_not_load_it(offline: Left) -> None:
    assert set(offline.report["versions"]) == {"python", "numpy"}


def test_exit_on_the_first_line_is_a_quiet_end(tmp_path: Path) -> None:
    left = harness_run(tmp_path, stage(PROGRAMS, "stops.py"))
    assert left.status == 0
    assert left.printed == ""
    report = left.report
    assert report["finished"] is True
    assert report["errors"] == []
    recipe = report["sources"].pop("recipe")
    assert (recipe["state"], recipe["detail"]) == ("passed_over", "nothing-trained")
    assert {source["state"] for source in report["sources"].values()} == {"absent"}
    assert report["own_seed"] is False


def test_sys_exit_with_a_status_is_an_error_at_its_line(tmp_path: Path) -> None:
    left = harness_run(tmp_path, {"p.py": b"import sys\nsys.exit(3)\n"})
    assert left.status == 1
    assert [(e["type"], e["text"], e["line"]) for e in left.report["errors"]] == [("SystemExit", "3", 2)]


def test_a_syntax_error_is_told_with_its_line(tmp_path: Path) -> None:
    left = harness_run(tmp_path, stage(PROGRAMS, "syntax.py"))
    (error,) = left.report["errors"]
    assert (error["type"], error["line"]) == ("SyntaxError", 2)
    assert "print" in error["text"]


def test_a_traceback_names_only_the_students_files(tmp_path: Path) -> None:
    left = harness_run(tmp_path, stage(PROGRAMS, "fails.py", "util.py"))
    (error,) = left.report["errors"]
    assert (error["type"], error["line"]) == ("ZeroDivisionError", 5)
    assert "util.py, line 2" in error["traceback"]
    assert "grader" not in error["traceback"]
    assert str(tmp_path) not in error["traceback"]


def test_a_file_that_hides_a_library_is_named_in_the_error(tmp_path: Path) -> None:
    left = harness_run(tmp_path, stage(PROGRAMS, "shadows/main.py", "shadows/random.py"))
    assert left.printed == "o random do aluno\n"  # as it would be without us
    (error,) = left.report["errors"]
    assert "random.py do envio esconde a biblioteca 'random'" in error["text"]


def test_a_program_named_like_the_library_it_wants_is_told_so(tmp_path: Path) -> None:
    left = harness_run(tmp_path, stage(PROGRAMS, "shadows/keras.py"))
    (error,) = left.report["errors"]
    assert error["type"] == "ModuleNotFoundError"
    assert "keras.py hides the library 'keras'" in error["text"]


def test_magics_in_a_script_are_left_out_and_noted(tmp_path: Path) -> None:
    program = b"%matplotlib inline\nx = 7\nif x:\n    !pip install y\nprint(x % 4)\n"
    left = harness_run(tmp_path, {"colado.py": program})
    assert left.report["errors"] == []
    assert left.printed == "3\n"
    assert left.kinds == ["magic", "magic", "pip"]


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("QP = [0] * 5", "length"),
        ("QP = 3", "length"),
        ("QP = ['A'] * 120", "not_numeric"),
        ("def QP(): pass", "not_numeric"),
    ],
)
def test_a_variable_that_cannot_be_predictions_is_passed_over(
    tmp_path: Path, statement: str, why: str
) -> None:
    served = serve(tmp_path / "data", banknotes())
    left = harness_run(tmp_path, {"p.py": statement.encode()}, served=served)
    state = left.report["sources"]["predictions"]
    assert (state["state"], state["why"]) == ("passed_over", why)
    assert not (left.out / "predictions.npy").exists()


def test_the_first_name_that_holds_predictions_is_taken(tmp_path: Path) -> None:
    served = serve(tmp_path / "data", banknotes())
    program = b"QP = [1, 2]\nimport pandas\nqp = pandas.Series([0.5] * 120)\n"
    left = harness_run(tmp_path, {"p.py": program}, served=served)
    assert left.report["sources"]["predictions"] == {"state": "ok"}
    assert (left.array("predictions") == 0.5).all()


def test_a_predict_that_cannot_take_x_alone_is_passed_over(tmp_path: Path) -> None:
    program = b"def predict(x, w1, w2):\n    return x\n"
    left = harness_run(tmp_path, {"p.py": program}, rows=np.zeros((4, 2)))
    state = left.report["sources"]["predict"]
    assert (state["why"], state["detail"]) == ("signature", "predict(x, w1, w2)")


def test_a_predict_that_ends_the_process_is_passed_over(tmp_path: Path) -> None:
    program = b"def predict(x):\n    raise SystemExit(1)\n"
    left = harness_run(tmp_path, {"p.py": program}, rows=np.zeros((4, 2)))
    assert left.report["sources"]["predict"]["why"] == "raised"
    assert left.report["finished"] is True


def test_without_a_control_channel_predict_is_absent(tmp_path: Path) -> None:
    program = b"import os\nassert 'GRADER_CONTROL_FD' not in os.environ\ndef predict(x):\n    return x\n"
    left = harness_run(tmp_path, {"p.py": program}, environment={"GRADER_CONTROL_FD": "987"})
    assert left.report["errors"] == []
    assert left.report["sources"]["predict"] == {"state": "absent"}


def test_figures_shown_saved_or_left_open_are_kept_once(tmp_path: Path) -> None:
    program = b"""
import matplotlib.pyplot as plt
plt.plot([1, 2]); plt.savefig('a.png'); plt.show()
assert plt.get_fignums() == []
plt.figure(); plt.plot([2, 1]); plt.savefig('b.png'); plt.close()
plt.figure(); plt.plot([2, 2])
plt.figure()
"""
    left = harness_run(tmp_path, {"p.py": program})
    assert left.report["errors"] == []
    assert left.report["figures"] == 3
    assert sorted(p.name for p in left.out.glob("*.png")) == [f"figure-0{n}.png" for n in (1, 2, 3)]


def test_opencv_windows_become_figures(tmp_path: Path) -> None:
    program = b"""
import cv2, numpy as np
cv2.namedWindow('w')
while True:
    cv2.imshow('w', np.arange(100, dtype='u1').reshape(10, 10))
    if cv2.waitKey(1) & 0xFF == ord('q'):
        break
cv2.destroyAllWindows()
"""
    left = harness_run(tmp_path, {"p.py": program})
    assert left.report["errors"] == []
    assert left.report["figures"] == 1
    assert left.kinds == ["show"]


def test_the_programs_threads_are_waited_for(tmp_path: Path) -> None:
    program = b"""
import threading, time
def work():
    global QP
    time.sleep(0.3)
    QP = [1] * 120
threading.Thread(target=work).start()
"""
    served = serve(tmp_path / "data", banknotes())
    left = harness_run(tmp_path, {"p.py": program}, served=served)
    assert left.report["sources"]["predictions"] == {"state": "ok"}


POOLS = {
    "threads": "from concurrent.futures import ThreadPoolExecutor\nmap_over = ThreadPoolExecutor(2).map",
    "processes": "from concurrent.futures import ProcessPoolExecutor\nmap_over = ProcessPoolExecutor(2).map",
    "joblib": """
from joblib import Parallel, delayed
def map_over(function, values):
    return Parallel(n_jobs=2)(delayed(function)(value) for value in values)
""",
}


@pytest.mark.parametrize("pool", POOLS)
@pytest.mark.attack("honest_pools")
def test_a_pool_that_nobody_closed_ends_with_the_program_and_still_serves_predict(
    tmp_path: Path, pool: str
) -> None:
    program = f"""
import numpy as np
def double(value):
    return 2 * value
{POOLS[pool]}
print(list(map_over(double, range(3))))
def predict(X):
    return np.array(list(map_over(double, [0] * len(X))))
"""
    arrays = banknotes()
    served = serve(tmp_path / "data", arrays)
    left = harness_run(tmp_path, {"p.py": program.encode()}, served=served, rows=arrays["x_test"])
    assert left.report["finished"]
    assert left.report["errors"] == []
    assert left.report["sources"]["predict"] == {"state": "ok"}


@pytest.mark.attack("honest_pools")
def test_what_a_pool_was_asked_to_do_is_waited_for(tmp_path: Path) -> None:
    program = b"""
import time
from concurrent.futures import ThreadPoolExecutor
def work():
    global QP
    time.sleep(0.3)
    QP = [1] * 120
pool = ThreadPoolExecutor(1)
pool.submit(time.sleep, 0.1)
pool.submit(work)
"""
    served = serve(tmp_path / "data", banknotes())
    left = harness_run(tmp_path, {"p.py": program}, served=served)
    assert left.report["sources"]["predictions"] == {"state": "ok"}


def test_a_notebook_exported_as_py_runs_with_its_magics_left_out(tmp_path: Path) -> None:
    program = b"""
get_ipython().run_line_magic('matplotlib', 'inline')
get_ipython().system('pip install keras')
get_ipython().run_cell_magic('time', '', 'x = 3')
print(x)
"""
    left = harness_run(tmp_path, {"p.py": program})
    assert left.report["errors"] == []
    assert left.printed == "3\n"
    assert left.kinds == ["magic", "pip", "magic"]


def test_a_window_of_matplotlib_is_not_needed(tmp_path: Path) -> None:
    program = (
        b"import matplotlib\nmatplotlib.use('TkAgg')\nimport matplotlib.pyplot as p\np.plot([1]); p.show()"
    )
    left = harness_run(tmp_path, {"p.py": program})
    assert left.report["errors"] == []
    assert left.report["figures"] == 1
    assert left.kinds == ["show"]


def test_a_forked_child_that_runs_to_the_end_reports_nothing(tmp_path: Path) -> None:
    program = (
        b"import os, time\nchild = os.fork()\nif not child: QP = 1; raise SystemExit(3)\nos.waitpid(child, 0)"
    )
    left = harness_run(tmp_path, {"p.py": program})
    assert left.report["errors"] == []
    assert left.status == 0


@pytest.mark.parametrize(
    ("loader", "call", "parts"),
    [
        ("mnist", "fetch_openml('mnist_784', as_frame=False)", ("train", "test")),
        ("california_housing", "fetch_california_housing()", ("train",)),
    ],
)
def test_scikit_learns_fetchers_return_the_served_rows(
    tmp_path: Path, loader: str, call: str, parts: tuple[str, ...]
) -> None:
    arrays = images(30, 20) if loader == "mnist" else banknotes()
    served = serve(tmp_path / "data", arrays, loader=loader, loads=asdict(loaders()[loader]))
    program = f"from sklearn import datasets\nd = datasets.{call}\nx, y = d.data, d.target\nimport numpy\n"
    left = harness_run(
        tmp_path, {"p.py": (program + "numpy.savez('d.npz', x=x, y=y.astype(float))").encode()}, served=served
    )
    assert left.report["errors"] == []
    assert left.kinds == ["load_data" if loader == "mnist" else "table"]
    found = np.load(left.folder / "work/d.npz")
    expected = np.concatenate([arrays[f"x_{part}"] for part in parts])
    assert np.array_equal(found["x"], expected.reshape(len(expected), -1))
    assert np.array_equal(found["y"], np.concatenate([arrays[f"y_{part}"] for part in parts]))


def test_keras_files_are_links_into_the_store_that_keras_may_delete(tmp_path: Path) -> None:
    served = serve(tmp_path / "data", images(30, 20), loader="fashion_mnist")
    store = served / "keras/fashion-mnist"
    store.mkdir(parents=True)
    (store / "t10k.gz").write_bytes(b"served")
    description = json.loads((served / "served.json").read_text())
    description["keras_files"] = ["fashion-mnist/t10k.gz"]
    (served / "served.json").write_text(json.dumps(description))
    program = b"""
import os
p = os.environ['KERAS_HOME'] + '/datasets/fashion-mnist/t10k.gz'
print(open(p).read())
os.remove(p)
"""
    left = harness_run(tmp_path, {"p.py": program}, served=served)
    assert left.printed == "served\n"
    assert (store / "t10k.gz").read_bytes() == b"served"


def test_a_google_colab_upload_gives_the_served_files(tmp_path: Path) -> None:
    served = serve(tmp_path / "data", banknotes(), files={"ax.txt": b"1 1\n5\n"})
    program = b"""
from google.colab import files
for name, content in files.upload().items():
    print(name, len(content))
"""
    left = harness_run(tmp_path, {"p.py": program}, served=served)
    assert left.report["errors"] == []
    assert left.printed == "ax.txt 6\n"
    assert left.kinds == ["drive"]
