"""Which rows a program's answers are about: told by value, whatever they are called and however many."""

from pathlib import Path

import numpy as np
import pytest

from tests.integration.harness_runs import Left, harness_run, images, serve, text_files

pytestmark = pytest.mark.runtime

ARRAYS = images(train=400, test=200)
NOISE = np.random.default_rng(5)
for part in ("x_train", "x_test"):
    rows = ARRAYS[part].reshape(len(ARRAYS[part]), -1)[:, ::7]
    ARRAYS[part] = (rows // 3 + NOISE.integers(0, 170, rows.shape)).astype("u1")
READ = """
import numpy as np
ax, ay, qx, qy = (np.loadtxt(f + ".txt", skiprows=1) for f in ("ax", "ay", "qx", "qy"))
ay, qy = ay.ravel().astype(int), qy.ravel()
def taught(x, y):
    W = np.linalg.lstsq(np.c_[x / 255, np.ones(len(x))], np.eye(10)[y], rcond=None)[0]
    return lambda rows: (np.c_[rows / 255, np.ones(len(rows))] @ W).argmax(1)
"""


def left_by(folder: Path, program: str) -> Left:
    served = serve(folder / "data", ARRAYS, files=text_files(ARRAYS))
    names = ("QP", "qp", "y_pred")
    left = harness_run(
        folder, {"p.py": (READ + program).encode()}, served=served, rows=ARRAYS["x_test"], names=names
    )
    assert left.report["errors"] == []
    return left


def right(left: Left, name: str) -> float:
    return float((left.array(name).reshape(-1) == ARRAYS["y_test"]).mean())


def test_a_split_of_ones_own_with_as_many_rows_as_the_test_set_is_told_from_it(tmp_path: Path) -> None:
    left = left_by(
        tmp_path,
        """
order = np.random.default_rng(1).permutation(400)
held, own = order[:200], order[200:]
X_held = ax[held]
y_pred = taught(ax[own], ay[own])(X_held)
""",
    )
    said = left.report["sources"]["predictions"]
    assert said == {"state": "passed_over", "why": "other_rows", "detail": "y_pred (200)"}
    assert not (left.out / "predictions.npy").exists()


def test_answers_no_better_than_chance_count_where_nothing_speaks_against_them(tmp_path: Path) -> None:
    left = left_by(tmp_path, "QP = np.random.default_rng(0).integers(0, 10, len(qx))\nheld = ax[:200]")
    assert left.report["sources"]["predictions"] == {"state": "ok"}
    assert right(left, "predictions") < 0.2


def test_a_class_for_each_test_row_under_another_name_is_found_and_named(tmp_path: Path) -> None:
    left = left_by(
        tmp_path,
        "predictions = taught(ax[:200], ay[:200])(qx)\nright = predictions == qy\nhot = np.eye(10)[ay][:200]",
    )
    assert left.report["sources"]["predictions"] == {
        "state": "ok",
        "why": "other_name",
        "detail": "predictions",
    }
    assert right(left, "predictions") > 0.5


def test_of_two_that_may_be_meant_none_is_guessed(tmp_path: Path) -> None:
    left = left_by(
        tmp_path, "first = taught(ax[:200], ay[:200])(qx)\nsecond = taught(ax[200:], ay[200:])(qx)"
    )
    said = left.report["sources"]["predictions"]
    assert said == {"state": "passed_over", "why": "other_name", "detail": "second (200), first (200)"}


def test_an_estimator_is_watched_as_a_model_is(tmp_path: Path) -> None:
    left = left_by(
        tmp_path,
        """
from sklearn.linear_model import RidgeClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
knn = make_pipeline(StandardScaler(with_std=False), KNeighborsClassifier(3)).fit(ax[200:], ay[200:])
print(knn.score(qx, qy))
y_pred = knn.predict(ax[:200])
ridge = RidgeClassifier().fit(1 - ax / 255, ay)
def predict(x):
    return ridge.predict(x)
print(sum(predict(1 - qx[i : i + 1] / 255)[0] == qy[i] for i in range(len(qx))) / len(qx))
""",
    )
    sources = left.report["sources"]
    # A validation split, a loop over single rows, a helper that expects prepared rows and is given raw ones.
    assert sources["predictions"] == {"state": "passed_over", "why": "untied", "detail": "y_pred (200)"}
    assert sources["captured"] == {"state": "ok"}
    assert sources["predict"] == {"state": "ok", "why": "other_inputs"}
    # Watching changes nothing: what was printed is what was captured.
    assert right(left, "captured") == pytest.approx(float(left.printed.split()[-1]))
    assert right(left, "predict") < right(left, "captured")


STANDARDISED = """
m, s = ax.mean(axis=0), ax.std(axis=0)
ax, qx = (ax - m) / s * 3 + 1, (qx - m) / s * 3 + 1
C = np.stack([ax[ay == digit].mean(axis=0) for digit in range(10)])
def far(x):
    return ((x[:, None] - C) ** 2).sum(axis=2)
"""


@pytest.mark.parametrize(
    ("function", "why"),
    [
        ("return far(x).argmin(1)", "prepared"),
        ("return -far(x)", "prepared"),
        ("return far((x - m) / s * 3 + 1).argmin(1)", None),
        ("assert np.abs(x).max() < 50\n    return far(x).argmin(1)", "prepared"),
    ],
)
def test_a_helper_in_numpy_is_given_the_rows_that_it_was_written_for(
    tmp_path: Path, function: str, why: str | None
) -> None:
    left = left_by(tmp_path, f"{STANDARDISED}\ndef predict(x):\n    {function}\nprint(predict(qx)[0])")
    said = left.report["sources"]["predict"]
    assert said == ({"state": "ok"} if why is None else {"state": "ok", "why": why})
    answers = left.array("predict")
    answers = answers if answers.ndim == 1 else answers.argmax(axis=1)
    assert float((answers == ARRAYS["y_test"]).mean()) > 0.5


def test_a_helper_that_is_no_better_with_prepared_rows_is_given_raw_ones(tmp_path: Path) -> None:
    left = left_by(tmp_path, "ax, qx = ax / 255, qx / 255\ndef predict(x):\n    return np.zeros(len(x), int)")
    assert left.report["sources"]["predict"] == {"state": "ok"}
