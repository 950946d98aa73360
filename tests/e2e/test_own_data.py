"""A course with its own dataset, and labels that only it has, graded by the command line in the sandbox."""

import base64
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import zlib
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.wiring import cache_folder
from tests.e2e.classroom import ROOT, grader, results

pytestmark = [pytest.mark.runtime, pytest.mark.sandbox, pytest.mark.grading]

EXAMPLE = ROOT / "examples" / "own-data"
CLASSES = ("ash", "elm", "fir", "oak")
ROWS = 80
TRUTH = np.random.default_rng(11).integers(4, size=ROWS)
TEST_ROWS = [f"{7000 + 13 * n}.{n:03d}" for n in range(ROWS)]
"""The first input of each test row: figures that stand nowhere else."""

SPY = textwrap.dedent(
    """
    import base64, os, sys, zlib
    import numpy as np

    # The machine's own and the runtime's packages are the same for every course.
    LEFT_OUT = ("/proc", "/sys", "/usr", "/etc", "/dev", sys.prefix, sys.base_prefix)

    def everything():
        yield "environment", repr(dict(os.environ)).encode()
        for folder, below, names in os.walk("/"):
            below[:] = [b for b in below if os.path.join(folder, b) not in LEFT_OUT]
            for name in names:
                path = os.path.join(folder, name)
                try:
                    if os.path.isfile(path) and os.path.getsize(path) < 200_000:
                        with open(path, "rb") as file:
                            yield path, file.read()
                except OSError:
                    pass

    told = set()

    def tell():
        # Once, and again only what changed: of what is printed a mebibyte is kept.
        for path, content in everything():
            if (path, content) in told:
                continue
            told.add((path, content))
            print("FOUND", path, base64.b64encode(zlib.compress(content)).decode())

    tell()
    rows = open("test.csv").read()
    table = [line.split(",") for line in rows.split()[1:]]

    def predict(X):
        tell()
        print("HANDED", base64.b64encode(zlib.compress(np.ascontiguousarray(X).tobytes())).decode())
        return np.zeros(len(X), dtype=int)
    """
)
LEARNER = textwrap.dedent(
    """
    import numpy as np

    def read(name):
        lines = [line.split(",") for line in open(name).read().split()[1:]]
        return np.array([[float(cell) for cell in line[:2]] for line in lines]), [line[2] for line in lines]

    X, y = read("train.csv")
    Q, shown = read("test.csv")
    y_pred = [y[int(np.argmin(np.abs(X[:, 1] - q)))] for q in Q[:, 1]]
    print("the rows are", Q.tolist())
    import matplotlib.pyplot as plt
    plt.plot(Q[:, 0]); plt.show()
    raise ValueError("a test row: " + str(Q[0, 0]) + " " + str(Q[:, 0].max()))
    """
)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course whose test rows nobody has but the course, graded: a spy and a learner that tells all."""
    course = tmp_path_factory.mktemp("own") / "course"
    data, private = course / "assignments" / "trees" / "data", course / "reference_solutions" / "trees"
    data.mkdir(parents=True)
    private.mkdir(parents=True)
    train = "".join(f"{n},{n % 4}.25,{CLASSES[n % 4]}\n" for n in range(40))
    (data / "train.csv").write_text("a,b,kind\n" + train)
    tested = zip(TEST_ROWS, TRUTH, strict=True)
    rows = "".join(f"{row},{label}.{n % 50:02d},{CLASSES[label]}\n" for n, (row, label) in enumerate(tested))
    (private / "test.csv").write_text("a,b,kind\n" + rows)
    sha256 = hashlib.sha256((data / "train.csv").read_bytes()).hexdigest()
    (data / "dataset.toml").write_text(
        'title = { pt-BR = "árvores", en = "trees" }\nkind = "classification"\n'
        f'classes = {json.dumps(CLASSES)}\nreader = "csv"\n[table]\ntarget = "kind"\n[split]\nby = "files"\n'
        'train = { table = "train.csv" }\ntest = { table = "test.csv" }\n'
        f'[[file]]\nname = "train.csv"\nsha256 = "{sha256}"\n[[file]]\nname = "test.csv"\nhidden = true\n'
    )
    toml = (EXAMPLE / "assignments" / "cafe" / "assignment.toml").read_text()
    (course / "assignments" / "trees" / "assignment.toml").write_text(
        toml.replace("above = 0.75", "above = 0.5")
    )
    for student, program in (("spy", SPY), ("learner", LEARNER)):
        place = course / "submissions" / student / "trees"
        place.mkdir(parents=True)
        (place / "trees.py").write_text(program)
    ended = grader("grade", "submissions", "--lang", "en", cwd=course)
    assert ended.status == 0, ended.err
    return course


def result_of(course: Path, student: str) -> Mapping[str, Any]:
    return results(course)[student, "trees"]


def seen_by_the_spy(course: Path) -> dict[str, bytes]:
    log = (course / "reports" / "_instructor" / "trees" / "spy.log").read_text()
    found = re.findall(r"^FOUND (\S+) (\S+)$", log, re.MULTILINE)
    handed = re.findall(r"^(HANDED) (\S+)$", log, re.MULTILINE)
    told = enumerate([*found, *handed])
    return {f"{n}:{path}": zlib.decompress(base64.b64decode(text)) for n, (path, text) in told}


def served_orders(course: Path) -> list[Any]:
    paths = sorted((course / ".grader" / "runs").rglob("order.npy"))
    return [np.arange(ROWS), *(np.load(path) for path in paths)]


def spelled(labels: Any) -> Iterator[bytes]:
    """Yield the labels as whoever hides them in a file could write them: text, or integers and floats."""
    words = ([CLASSES[n] for n in labels], [str(n) for n in labels], [f"{n}.0" for n in labels])
    for texts, between in product(words, ("\n", "\r\n", ",", ", ", " ", ";", "")):
        yield between.join(texts).encode()
    for kind in ("u1", "<u2", ">u2", "<u4", ">u4", "<u8", ">u8", "<f2", "<f4", ">f4", "<f8", ">f8"):
        yield labels.astype(kind).tobytes()


def columns(content: bytes) -> Iterator[Any]:
    """Yield what of a file could be a label for each row: an array of so many, a column of so many lines."""
    if content.startswith(b"\x93NUMPY"):
        array = np.load(io.BytesIO(content), allow_pickle=False)
        if len(array) == ROWS:
            yield from array.reshape(ROWS, -1).T
        return
    lines = content.decode("latin-1").splitlines()
    for rows in (lines, lines[1:]):
        if len(rows) == ROWS:
            cells = [row.replace(" ", ",").split(",") for row in rows]
            yield from (np.array([row[at] for row in cells]) for at in range(min(map(len, cells))))


def test_a_program_that_looks_everywhere_finds_what_it_was_served(course: Path) -> None:
    seen = seen_by_the_spy(course)
    paths = {name.partition(":")[2] for name in seen}
    assert {
        "/data/y_test.npy",
        "/data/x_test.npy",
        "/submission/test.csv",
        "/job/job.json",
        "HANDED",
    } <= paths
    assert any(TEST_ROWS[5].encode() in content for content in seen.values())


def test_no_file_that_a_run_can_see_holds_the_hidden_labels_in_any_writing(course: Path) -> None:
    seen, orders = seen_by_the_spy(course), served_orders(course)
    assert len(orders) >= 3
    written = [text for order in orders for text in spelled(TRUTH[order][:20])]
    for name, content in seen.items():
        assert not any(text in content for text in written), name


def test_no_column_that_a_run_can_see_agrees_with_the_hidden_labels_beyond_luck(course: Path) -> None:
    luck = 0.25 + 5 * (0.25 * 0.75 / ROWS) ** 0.5
    looked_at = 0
    for name, content in seen_by_the_spy(course).items():
        for column in columns(content):
            for order in served_orders(course):
                truth = TRUTH[order]
                as_words = np.mean(column.astype(str) == np.array([CLASSES[n] for n in truth]))
                same = [as_words, np.mean(column.astype(str) == truth.astype(str))]
                if column.dtype.kind in "iuf":
                    same.append(np.mean(column == truth))
                assert max(same) < luck, name
            looked_at += 1
    assert looked_at >= 4  # y_test.npy, two of x_test.npy, and the columns of test.csv


def test_the_program_that_learns_is_measured_by_the_hidden_labels(course: Path) -> None:
    result = result_of(course, "learner")
    assert result["metrics"]["accuracy"]["value"] == 1.0
    assert result["verdict"] == "passed"
    assert result_of(course, "spy")["metrics"]["accuracy"]["value"] == np.mean(TRUTH == 0)


def test_what_a_program_said_of_hidden_rows_reaches_the_instructor_alone(course: Path) -> None:
    reports = course / "reports"
    shown = sorted(path for path in (reports / "trees").iterdir())
    assert [path.name for path in shown] == [
        "learner.certificate.json",
        "learner.html",
        "spy.certificate.json",
        "spy.html",
    ]
    said = re.compile("|".join(map(re.escape, [*TEST_ROWS, "HANDED", "FOUND"])))
    for path in shown:
        text = path.read_text()
        assert not said.search(text), path.name
        assert "data:image/png" not in text
    assert result_of(course, "learner")["log"] == "_instructor/trees/learner.log"
    private = (reports / "_instructor" / "trees" / "learner.html").read_text()
    assert TEST_ROWS[5] in private
    assert "ValueError" in private
    assert "data:image/png" in private
    assert "GR524" not in private


def test_a_student_without_the_hidden_files_can_check(course: Path, tmp_path: Path) -> None:
    copy = tmp_path / "course"
    shutil.copytree(course / "assignments", copy / "assignments")
    program = course / "submissions" / "learner" / "trees" / "trees.py"
    ended = grader("check", program, "-C", copy, "-a", "trees", "--lang", "en", cwd=tmp_path)
    assert ended.status == 4, ended.err
    assert "Not measured here: the labels are hidden" in ended.out
    assert "GR523" in ended.out


def test_hidden_labels_are_no_ground_for_the_self_tests_programs(course: Path) -> None:
    ended = grader("selftest", "-C", course, "-a", "trees", "--lang", "en", cwd=course)
    assert ended.status == 2
    assert "trees" in ended.err


def _odd_places(folder: Path) -> tuple[Path, dict[str, str]]:
    """Lay out the example, a checkout, the cache and data with spaces and accents in every path."""
    course, checkout, cache, data = (
        folder / f"{name} de verão" for name in ("curso", "cópia", "cachê", "dados")
    )
    shutil.copytree(EXAMPLE, course)
    checkout.mkdir()
    (checkout / "grader").symlink_to(ROOT / "grader")
    (cache / "runtimes").mkdir(parents=True)
    for installed in (cache_folder() / "runtimes").iterdir():
        (cache / "runtimes" / installed.name).symlink_to(installed)
    (data / "cafe").mkdir(parents=True)
    hidden = course / "reference_solutions" / "cafe" / "rotulos.csv"
    hidden.rename(data / "cafe" / "rotulos.csv")
    told = {"PYTHONPATH": str(checkout), "GRADER_CACHE_DIR": str(cache), "GRADER_DATA_DIR": str(data)}
    return course, told


def test_the_example_is_graded_as_its_page_says_wherever_things_lie(tmp_path: Path) -> None:
    course, environment = _odd_places(tmp_path)
    asked = [sys.executable, "-c", "import grader; print(grader.__file__)"]
    taken = subprocess.run(
        asked, env={**os.environ, **environment}, cwd=course, capture_output=True, check=True
    )
    assert "cópia de verão/grader/__init__.py" in taken.stdout.decode()
    ended = grader("grade", "submissions", "--lang", "en", cwd=course, environment=environment)
    assert ended.status == 0, ended.err
    told = {student: (row["verdict"], row["points"]) for (student, _), row in results(course).items()}
    assert told == {"lia-prado": ("passed", 10.0), "rui-sales": ("failed", 1.0)}
    assert (Path(environment["GRADER_CACHE_DIR"]) / "prepared").is_dir()
    verified = grader("data", "verify", "cafe", "--lang", "en", cwd=course, environment=environment)
    assert (verified.status, "dados de verão/cafe/rotulos.csv" in verified.out) == (0, True)
    # Their test rows are public: what a program printed is on its page.
    assert "vizinhos: 120" in (course / "reports" / "cafe" / "lia-prado.html").read_text()
    page = (ROOT / "docs" / "how-to" / "provide-data.md").read_text()
    assert (EXAMPLE / "assignments" / "cafe" / "data" / "dataset.toml").read_text() in page
    assert "10 / 10" in page
