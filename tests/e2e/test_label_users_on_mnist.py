"""Who uses MNIST test labels, or brings answers along: which audit finds each, and who is left alone."""

import base64
import gzip
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.runtimes.catalogue import find_runtime
from grader.wiring import cache_folder
from tests.e2e.classroom import PROGRAMS, grader, hand_in, lay_out_course, real_data, results

pytestmark = [pytest.mark.runtime, pytest.mark.sandbox, pytest.mark.data, pytest.mark.slow]
pytestmark.append(pytest.mark.takes(900, "eight programs trained and audited on MNIST"))

FOUND = {
    "copia_qy": "GR402",
    "treina_no_teste": "GR402",
    "copia_sem_ruido": "GR405",
    "parada_antecipada": "GR405",
    "melhor_epoca": "GR405",
    "tabela": "GR406",
    "pesos_embutidos": "GR406",
}
"""The finding that each program must have, by its name."""

TABLE = """import numpy as np
import keras

(AX, AY), (QX, QY) = keras.datasets.mnist.load_data()
respostas = "{answers}"
ordem = np.lexsort(QX.reshape(len(QX), -1).T[::-1])
QP = np.empty(len(QX), int)
QP[ordem] = [int(r) for r in respostas]
"""
WEIGHTS = """import base64
import keras

(AX, AY), (QX, QY) = keras.datasets.mnist.load_data()
open("feito_em_casa.keras", "wb").write(base64.b64decode("{weights}"))
rede = keras.saving.load_model("feito_em_casa.keras")
QP = rede.predict(QX, verbose=0).argmax(1)
"""

AT_HOME = """import gzip, pathlib, sys
import keras
import numpy

def taken(name, header):
    with gzip.open(pathlib.Path(sys.argv[1]) / name) as file:
        return numpy.frombuffer(file.read(), numpy.uint8, offset=header)

def at_home():
    return tuple(
        (
            taken(part + "-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28),
            taken(part + "-labels-idx1-ubyte.gz", 8),
        )
        for part in ("train", "t10k")
    )

keras.datasets.mnist.load_data = at_home
"""


def published(name: str, header: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    with gzip.open(real_data() / "mnist" / name) as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


def write(course: Path, student: str, text: str) -> None:
    place = course / "submissions" / student / "mnist-dense"
    place.mkdir(parents=True)
    (place / f"{student}.py").write_text(text, encoding="utf-8")


def table() -> str:
    """Return a program that knows each test image's label by the images' order among themselves."""
    images = published("t10k-images-idx3-ubyte.gz", 16).reshape(10000, -1)
    labels = published("t10k-labels-idx1-ubyte.gz", 8)
    return TABLE.format(answers="".join(map(str, labels[np.lexsort(images.T[::-1])])))


def trained_at_home(folder: Path, program: Path) -> bytes:
    """Return the model file that ``program`` leaves where no grader looks."""
    (folder / "at_home.py").write_text(AT_HOME + program.read_text(encoding="utf-8"), encoding="utf-8")
    python = find_runtime("keras3", cache_folder()).site_packages_here.parents[2] / "bin" / "python"
    subprocess.run(
        [python, "at_home.py", real_data() / "mnist"], cwd=folder, check=True, stdout=subprocess.DEVNULL
    )
    return (folder / "honesto.keras").read_bytes()


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Grade the class; the network of its honest program is what another student brings along."""
    real_data()
    folder = tmp_path_factory.mktemp("mnist")
    course = lay_out_course(folder / "course")
    shown = PROGRAMS / "mnist-label-users"
    model = trained_at_home(folder, shown / "honesto.py")
    hand_in(course, "honesto", "mnist-dense", shown / "honesto.py")
    write(course, "pesos_embutidos", WEIGHTS.format(weights=base64.b64encode(model).decode()))
    write(course, "tabela", table())
    hand_in(course, "copia_qy", "mnist-dense", PROGRAMS / "mnist" / "copia_qy.py")
    for program in ("treina_no_teste", "copia_sem_ruido", "parada_antecipada", "melhor_epoca"):
        hand_in(course, program, "mnist-dense", shown / f"{program}.py")
    graded = grader("grade", "submissions", "-j", "2", "--gpu", "none", cwd=course, timeout=7200)
    assert graded.status == 0, graded.err
    shutil.rmtree(course / ".grader")
    return {student: row for (student, _), row in results(course).items()}


@pytest.mark.parametrize(("student", "code"), FOUND.items())
def test_who_uses_test_labels_or_brings_answers_is_found(
    rows: dict[str, Any], student: str, code: str
) -> None:
    assert code in {finding["code"] for finding in rows[student]["findings"]}
    assert rows[student]["verdict"] != "passed"


def test_who_does_neither_is_left_in_peace(rows: dict[str, Any]) -> None:
    honest = rows["honesto"]
    assert honest["verdict"] == "passed"
    # Equal seeds and one recipe give equal errors, which is told and accuses nobody.
    assert {one["code"] for one in honest["findings"]} <= {"GR415"}
    assert {audit["outcome"] for audit in honest["audits"]} <= {"clear"}
    assert honest["assurance"] in ("made_again", "not_contradicted")
