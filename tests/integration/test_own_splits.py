"""A table is handed out as its training rows alone, and who asks nothing about the test rows is asked."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from grader.datasets.catalogue import loaders
from tests.integration.harness_runs import Left, harness_run, serve

pytestmark = pytest.mark.runtime

HOUSES = "california_housing"
FILE = "california_housing_test.csv"
RNG = np.random.default_rng(8)


def _houses(count: int) -> tuple[np.ndarray, np.ndarray]:
    others = RNG.gamma(2, 3, (5, count))
    place = RNG.uniform(-124, -114, count)
    x = np.column_stack([RNG.lognormal(1, 0.5, count), RNG.integers(1, 53, count), *others, place])
    return x, x[:, 0] * 0.5 + x[:, 1] / 50 + RNG.normal(0, 0.1, count)


ARRAYS = dict(zip(("x_train", "y_train", "x_test", "y_test"), (*_houses(2000), *_houses(500)), strict=True))
READ = """
from sklearn.datasets import fetch_california_housing
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
"""


def left_by(folder: Path, program: str) -> Left:
    loads, files = asdict(loaders()[HOUSES]), {FILE: b"MedInc\n1\n"}
    served = serve(folder / "data", ARRAYS, loader=HOUSES, loads=loads, files=files)
    told = json.loads((served / "served.json").read_text())
    (served / "served.json").write_text(json.dumps(told | {"image_shape": None, "test_files": [FILE]}))
    left = harness_run(folder, {"p.py": (READ + program).encode()}, served=served, names=("QP",))
    assert left.report["errors"] == []
    return left


def error(left: Left, name: str = "captured") -> float:
    return float(np.sqrt(np.mean((left.array(name).reshape(-1) - ARRAYS["y_test"]) ** 2)))


def asked_of(left: Left) -> str:
    said = left.report["sources"]["captured"]
    assert (said["state"], said["why"]) == ("ok", "own_split")
    return str(said["detail"])


def test_an_estimator_of_a_moment_that_saw_a_split_is_asked_about_the_test_rows(tmp_path: Path) -> None:
    left = left_by(
        tmp_path,
        """
from sklearn.linear_model import LinearRegression
d = fetch_california_housing()
a, q, ay, qy = train_test_split(d.data, d.target, test_size=0.25, random_state=42)
y_pred = LinearRegression().fit(a, ay).predict(q)
print(d.data.shape)
""",
    )
    assert left.printed == "(2000, 8)\n"
    assert asked_of(left) == "LinearRegression"
    assert error(left) < 0.12


def test_scaled_columns_of_a_frame_and_a_scaled_target_are_undone(tmp_path: Path) -> None:
    left = left_by(
        tmp_path,
        """
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.linear_model import LinearRegression, Ridge
def main():
    d = fetch_california_housing(as_frame=True).frame
    X = (d[["HouseAge", "MedInc"]] - d[["HouseAge", "MedInc"]].mean()) / d[["HouseAge", "MedInc"]].std()
    a, q, ay, qy = train_test_split(X, (d["MedHouseVal"] - 2) / 7, random_state=1)
    search = GridSearchCV(Ridge(), {"alpha": [1e-6, 1e-3]}, cv=2).fit(a, ay)
    print(search.score(q, qy), cross_val_score(LinearRegression(), a, ay))
main()
""",
    )
    assert asked_of(left) == "GridSearchCV"
    assert error(left) < 0.12


def test_a_network_on_standardised_rows_of_a_split_is_asked_in_its_own_way(tmp_path: Path) -> None:
    left = left_by(
        tmp_path,
        """
import keras
d = fetch_california_housing()
a, q, ay, qy = train_test_split(d.data, d.target, random_state=42)
s = StandardScaler().fit(a)
model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.Adam(0.1), "mse")
model.fit(s.transform(a), ay, epochs=20, batch_size=128, verbose=0)
print(model.evaluate(s.transform(q), qy, verbose=0))
model.predict(s.transform(q), verbose=0)
""",
    )
    assert asked_of(left) == "Sequential"
    assert error(left) == pytest.approx(float(left.printed) ** 0.5, rel=0.3)
    # What the model file is held against: the test rows as it was given them, and its answers.
    assert (left.out / "captured_model.keras").is_file()
    inputs = left.array("captured_inputs")
    fitted = np.polyfit(ARRAYS["x_test"][:, 0], inputs[:, 0], 1, full=True)
    assert inputs.shape == (500, 8)
    assert fitted[1][0] < 1e-6
    assert not [fit for fit in left.report["fits"] if fit["on_test_rows"]]


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("X = np.c_[X, X[:, 0] ** 2]", "other_columns"),
        ("X = np.log1p(X - X.min(axis=0))", "other_columns"),
        ("y = np.log(y - y.min() + 1)", "other_targets"),
    ],
)
def test_what_cannot_be_done_to_the_test_rows_is_told_with_where_they_are(
    tmp_path: Path, program: str, why: str
) -> None:
    left = left_by(
        tmp_path,
        f"""
import numpy as np
from sklearn.linear_model import LinearRegression
X, y = fetch_california_housing(return_X_y=True)
{program}
a, q, ay, qy = train_test_split(X, y)
LinearRegression().fit(a, ay).score(q, qy)
""",
    )
    assert left.report["sources"]["captured"] == {"state": "passed_over", "why": why, "detail": FILE}
    assert not (left.out / "captured.npy").exists()


@pytest.mark.parametrize("name", ["model", "best"])
def test_of_several_models_the_one_called_as_the_assignment_says_is_asked_or_none(
    tmp_path: Path, name: str
) -> None:
    left = left_by(
        tmp_path,
        f"""
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression
X, y = fetch_california_housing(return_X_y=True)
a, q, ay, qy = train_test_split(X, y)
base = DummyRegressor().fit(a, ay)
{name} = LinearRegression().fit(a, ay)
""",
    )
    if name == "model":
        assert asked_of(left) == "LinearRegression"
    else:
        assert left.report["sources"]["captured"] == {
            "state": "passed_over",
            "why": "several_models",
            "detail": FILE,
        }


def test_a_name_that_was_never_given_to_a_model_names_none_of_those_that_are_gone(tmp_path: Path) -> None:
    left = left_by(
        tmp_path,
        """
import keras
X, y = fetch_california_housing(return_X_y=True)
a, q, ay, qy = train_test_split(X, y)
model = None
def train():
    net = keras.Sequential([keras.layers.Dense(1)])
    net.compile("sgd", "mse")
    net.fit(a, ay, epochs=1, verbose=0)
train()
train()
import gc; gc.collect()
""",
    )
    told = left.report["sources"]["captured"]
    assert told == {"state": "passed_over", "why": "several_models", "detail": FILE}


def test_answers_to_a_split_that_has_as_many_rows_are_told_whatever_its_columns(tmp_path: Path) -> None:
    left = left_by(
        tmp_path,
        """
import numpy as np
from sklearn.linear_model import LinearRegression
X, y = fetch_california_housing(return_X_y=True)
X = np.c_[X, X[:, 0] ** 2]
a, q, ay, qy = train_test_split(X, y)
QP = LinearRegression().fit(a, ay).predict(q)
""",
    )
    said = left.report["sources"]
    assert said["predictions"] == {"state": "passed_over", "why": "other_rows", "detail": "QP (500)"}
    assert said["captured"]["why"] == "other_columns"


def test_a_call_about_the_test_rows_goes_before_any_that_we_would_make(tmp_path: Path) -> None:
    np.savetxt(tmp_path / "rows.txt", ARRAYS["x_test"])
    left = left_by(
        tmp_path,
        f"""
import numpy as np
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression
X, y = fetch_california_housing(return_X_y=True)
LinearRegression().fit(X, y).predict(np.loadtxt({str(tmp_path / "rows.txt")!r}))
DummyRegressor().fit(X, y)
""",
    )
    assert left.report["sources"]["captured"] == {"state": "ok"}
    assert error(left) < 0.12
