"""A program that failed here may be another assignment's: told with what to type, and no points change."""

from decimal import Decimal
from pathlib import Path

import pytest

from grader.coursefiles.find_submissions import read_single
from grader.coursefiles.load_course import load_course
from grader.model.result import Reason, Verdict
from grader.model.submission import Submission
from grader.orchestration.marks_of_programs import marks_in
from grader.orchestration.other_assignment import other_assignment, with_other_assignment
from grader.wiring import known_names
from grader.words import say
from tests import builders as a

COURSE = load_course(Path(__file__).parents[3], known_names())
LOADS = "from tensorflow.keras.datasets import mnist\n(AX, AY), (QX, QY) = mnist.load_data()\n"
ZIP = "os.system('unzip -u noisynote.zip')\n"
FILES = "import numpy as np\nAX = np.loadtxt('ax.txt', skiprows=1)\n"


def _handed_in(folder: Path, name: str, text: str, slug: str) -> Submission:
    (folder / name).write_text(text, encoding="utf-8")
    read = read_single(folder / name, slug, student="ana", intake=folder / "intake")
    assert isinstance(read, Submission)
    return read


@pytest.mark.parametrize(
    ("name", "text", "slug", "looks_like"),
    [
        ("digits.py", FILES, "pele", "digits"),
        ("digits-2.py", FILES, "pele", "digits"),
        ("p5.py", LOADS, "pele", "mnist-dense"),
        ("p5.py", LOADS, "fashion-mnist", "mnist-dense"),
        ("p5.py", LOADS.replace("mnist", "fashion_mnist"), "digits", "fashion-mnist"),
        ("p5.py", LOADS, "mnist-dense", None),
        ("pele.py", LOADS, "pele", None),
        ("p5.py", ZIP, "pele", "noisynote"),
        ("p5.py", "m = Sequential([Input((64,)), Dense(9)])\n", "noisynote", "digits"),
        ("p5.py", "m = Sequential([Input((5,)), Dense(9)])\n", "noisynote", None),
        ("p5.py", "a, b = Input((5,)), Input((6,))\n", "noisynote", "functional-api"),
        ("p5.py", FILES, "noisynote", None),
        ("p5.py", "x = 1  # fashion\n", "pele", None),
    ],
)
def test_the_one_assignment_it_looks_like_is_told_with_what_to_type(
    tmp_path: Path, name: str, text: str, slug: str, looks_like: str | None
) -> None:
    own = COURSE.assignment(slug)
    assert own is not None
    told = other_assignment(_handed_in(tmp_path, name, text, slug), own, COURSE)
    assert (told is None) == (looks_like is None)
    if told is not None:
        assert f"-a {looks_like} " in told.en
        assert f"-a {looks_like} " in told.pt


@pytest.mark.parametrize(
    ("text", "slug", "names", "sign"),
    [
        (FILES, "pele", ("digits", "noisynote"), "ax.txt"),
        ("m.add(Dense(9, input_shape=(28, 28)))\n", "digits", ("fashion-mnist", "mnist-dense"), "784"),
    ],
)
def test_of_several_that_it_looks_like_all_are_told(
    tmp_path: Path, text: str, slug: str, names: tuple[str, ...], sign: str
) -> None:
    own = COURSE.assignment(slug)
    assert own is not None
    told = other_assignment(_handed_in(tmp_path, "p5.py", text, slug), own, COURSE)
    assert told is not None
    assert told.code == "GR809"
    for language in (told.pt, told.en):
        assert ", ".join(names) in language
        assert sign in language


@pytest.mark.parametrize(
    ("text", "widths"),
    [
        ("Input((28, 28, 1))", {784}),
        ("InputLayer(shape=[64])", {64}),
        ("Dense(9, input_shape=(28*28,))", {784}),
        ("Dense(9, input_dim = 7)", {7}),
        ("Input(shape=x.shape[1:])", set()),
        ("Input((n,))", set()),
    ],
)
def test_how_wide_rows_are_is_read_from_what_is_written_out(text: str, widths: set[int]) -> None:
    assert marks_in(text).widths == widths


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("np.loadtxt('AX.txt')", {"ax.txt"}),
        ("open('dados/qx.csv')", set()),
        ("!wget http://a.example/noisynote.zip", set()),
        ("pd.read_csv('casas-2.csv')", {"casas-2.csv"}),
        ("\nx.data = 3", set()),
        ("f('notas.data')", {"notas.data"}),
    ],
)
def test_names_of_files_are_read_from_the_code(text: str, files: set[str]) -> None:
    assert marks_in(text).files == files


def test_only_what_delivered_nothing_is_told_and_no_points_change(tmp_path: Path) -> None:
    submission = _handed_in(tmp_path, "digits.py", FILES, "pele")
    why = say("script-without-code")
    failed = a.a_result(
        assignment="pele",
        verdict=Verdict.FAILED,
        reason=Reason.NOTHING_DELIVERED,
        reason_message=why,
        points=Decimal(0),
    )
    told = with_other_assignment(failed, submission, COURSE)
    assert [note.code for note in told.shown.notes if note not in failed.shown.notes] == ["GR808"]
    assert (told.points, told.verdict, told.checks) == (failed.points, failed.verdict, failed.checks)
    passed = a.a_result(assignment="pele", verdict=Verdict.PASSED)
    assert with_other_assignment(passed, submission, COURSE) is passed
