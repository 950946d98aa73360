import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.datasets.dataset import Dataset, Kind
from grader.datasets.prepare import Prepared, truth
from grader.datasets.serve import (
    Served,
    Training,
    canary_count,
    load_canaries,
    load_order,
    load_training_rows,
    rows_for_request,
    serve,
    wrong_answers,
)
from grader.model.assignment import Labels
from grader.model.message import Text


def made_up(
    folder: Path,
    *,
    rows: int = 40,
    classes: int = 4,
    canaries: int = 5,
    typed: bool = False,
    seed: int = 0,
) -> Prepared:
    """Return a small dataset of random rows; ``classes=0`` for regression."""
    rng = np.random.default_rng(seed)
    entry = Dataset(
        name="made-up",
        title=Text("Inventado", "Made up"),
        kind=Kind.CLASSIFICATION if classes else Kind.REGRESSION,
        files=(),
        classes=tuple("abcdefghij"[:classes]),
        groups={"test": (0, rows)},
        canaries=canaries,
        typed=typed,
    )
    targets: Any = (lambda n: rng.integers(classes, size=n)) if classes else (lambda n: rng.normal(size=n))
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {
        "x_train": rng.normal(size=(30, 3)),
        "y_train": targets(30),
        "x_graded": np.arange(rows * 3.0).reshape(rows, 3),
        "y_graded": targets(rows),
    }
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    return Prepared(dataset=entry, folder=folder, digest="d", groups=entry.groups)


@contextmanager
def scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def array_of(served: Served, name: str) -> Any:
    return np.load(served.folder / f"{name}.npy", allow_pickle=False)


sizes = st.integers(min_value=2, max_value=60)
class_counts = st.integers(min_value=2, max_value=10)
canary_counts = st.integers(min_value=0, max_value=60)


@given(rows=sizes, classes=class_counts, canaries=canary_counts)
def test_unpermuting_a_serving_gives_the_originals_except_for_the_canaries(
    rows: int, classes: int, canaries: int
) -> None:
    with scratch() as folder:
        prepared = made_up(folder / "p", rows=rows, classes=classes, canaries=canaries)
        served = serve(prepared, into=folder / "s", labels=Labels.CANARY)
        order = load_order(served.secret)
        x, y = np.empty_like(prepared.x_graded), np.empty_like(prepared.y_graded)
        x[order], y[order] = array_of(served, "x_test"), array_of(served, "y_test")
        told = load_canaries(served.secret)
        changed = np.flatnonzero(y != truth(prepared))
        assert np.array_equal(x, prepared.x_graded)
        assert np.array_equal(changed, told.rows)
        assert np.array_equal(y[told.rows], told.labels)


@given(rows=sizes, classes=class_counts, canaries=canary_counts)
def test_every_canary_is_another_class_of_the_dataset(rows: int, classes: int, canaries: int) -> None:
    with scratch() as folder:
        prepared = made_up(folder / "p", rows=rows, classes=classes, canaries=canaries)
        served = serve(prepared, into=folder / "s", labels=Labels.CANARY)
        told = load_canaries(served.secret)
        assert len(told.rows) == min(canaries, rows // 2)
        assert (told.labels != truth(prepared)[told.rows]).all()
        assert ((told.labels >= 0) & (told.labels < classes)).all()


@given(rows=sizes, canaries=canary_counts)
def test_a_regression_canary_is_a_value_of_another_row(rows: int, canaries: int) -> None:
    with scratch() as folder:
        prepared = made_up(folder / "p", rows=rows, classes=0, canaries=canaries)
        served = serve(prepared, into=folder / "s", labels=Labels.CANARY)
        told = load_canaries(served.secret)
        expected = min(canaries, rows // 2)
        assert len(told.rows) == (expected if expected > 1 else 0)
        assert (told.labels != truth(prepared)[told.rows]).all()
        assert set(told.labels) <= set(truth(prepared)[told.rows])


def test_two_servings_differ_in_order_and_canaries(tmp_path: Path) -> None:
    prepared = made_up(tmp_path / "p", rows=200, canaries=20)
    first = serve(prepared, into=tmp_path / "1", labels=Labels.CANARY)
    second = serve(prepared, into=tmp_path / "2", labels=Labels.CANARY)
    assert not np.array_equal(load_order(first.secret), load_order(second.secret))
    assert not np.array_equal(load_canaries(first.secret).rows, load_canaries(second.secret).rows)


def test_the_same_order_can_be_served_with_other_canaries(tmp_path: Path) -> None:
    prepared = made_up(tmp_path / "p", rows=200, canaries=20)
    first = serve(prepared, into=tmp_path / "1", labels=Labels.CANARY)
    order = load_order(first.secret)
    second = serve(prepared, into=tmp_path / "2", labels=Labels.CANARY, order=order)
    assert np.array_equal(array_of(first, "x_test"), array_of(second, "x_test"))
    assert not np.array_equal(array_of(first, "y_test"), array_of(second, "y_test"))


def test_an_order_that_loses_a_row_is_refused(tmp_path: Path) -> None:
    prepared = made_up(tmp_path / "p", rows=4)
    with pytest.raises(ValueError, match="permutation"):
        serve(prepared, into=tmp_path / "s", labels=Labels.CANARY, order=np.array([0, 1, 1, 3]))


def test_the_same_randomness_gives_the_same_serving(tmp_path: Path) -> None:
    prepared = made_up(tmp_path / "p")
    pair = [
        serve(
            prepared,
            into=tmp_path / name,
            labels=Labels.CANARY,
            randomness=np.random.default_rng(7),
        )
        for name in ("1", "2")
    ]
    assert np.array_equal(load_order(pair[0].secret), load_order(pair[1].secret))
    assert np.array_equal(array_of(pair[0], "y_test"), array_of(pair[1], "y_test"))


def test_random_labels_have_nothing_to_do_with_the_truth(tmp_path: Path) -> None:
    prepared = made_up(tmp_path / "p", rows=4000, classes=4)
    served = serve(prepared, into=tmp_path / "s", labels=Labels.NONE)
    shown = np.empty_like(prepared.y_graded)
    shown[load_order(served.secret)] = array_of(served, "y_test")
    agreement = np.mean(shown == truth(prepared))
    assert 0.2 < agreement < 0.3  # 4,000 draws at 1/4: seven standard errors each way
    assert len(load_canaries(served.secret).rows) == 0


def test_random_regression_labels_lie_where_training_labels_do_and_are_no_rows_own(tmp_path: Path) -> None:
    prepared = made_up(tmp_path / "p", rows=500, classes=0)
    served = serve(prepared, into=tmp_path / "s", labels=Labels.NONE)
    shown, trained = array_of(served, "y_test"), prepared.y_train
    assert not set(shown.tolist()) & set(truth(prepared).tolist())
    assert abs(shown.mean() - trained.mean()) < 5 * trained.std() * (2 / 500) ** 0.5


def test_training_arrays_are_byte_for_byte_the_prepared_ones_and_cost_no_space(
    tmp_path: Path,
) -> None:
    prepared = made_up(tmp_path / "p")
    served = serve(prepared, into=tmp_path / "s", labels=Labels.CANARY)
    for name in ("x_train.npy", "y_train.npy"):
        assert (served.folder / name).read_bytes() == (prepared.folder / name).read_bytes()
    assert (served.folder / "x_train.npy").samefile(prepared.folder / "x_train.npy")


def test_training_arrays_are_copied_where_they_cannot_be_linked(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as elsewhere:
        prepared = made_up(Path(elsewhere))
        served = serve(prepared, into=tmp_path / "s", labels=Labels.CANARY)
        assert Path(elsewhere).stat().st_dev != tmp_path.stat().st_dev
        copy = served.folder / "x_train.npy"
        assert copy.read_bytes() == (prepared.folder / "x_train.npy").read_bytes()
        assert not copy.samefile(prepared.folder / "x_train.npy")


def test_reordered_training_rows_change_places_within_their_class(tmp_path: Path) -> None:
    prepared = made_up(tmp_path / "p")
    served = serve(prepared, into=tmp_path / "s", labels=Labels.CANARY, training=Training.REORDERED)
    x, y = array_of(served, "x_train"), array_of(served, "y_train")
    assert np.array_equal(y, prepared.y_train)
    assert not np.array_equal(x, prepared.x_train)
    for label in range(4):
        moved, kept = x[y == label], prepared.x_train[y == label]
        assert np.array_equal(np.sort(moved, axis=0), np.sort(kept, axis=0))


def test_reordered_regression_rows_keep_their_targets(tmp_path: Path) -> None:
    prepared = made_up(tmp_path / "p", classes=0)
    served = serve(prepared, into=tmp_path / "s", labels=Labels.CANARY, training=Training.REORDERED)
    rows = np.column_stack((array_of(served, "x_train"), array_of(served, "y_train")))
    kept = np.column_stack((prepared.x_train, prepared.y_train))
    assert sorted(map(tuple, rows)) == sorted(map(tuple, kept))


def test_the_placebo_shows_no_training_row_with_its_own_class(tmp_path: Path) -> None:
    prepared = made_up(tmp_path / "p")
    served = serve(prepared, into=tmp_path / "s", labels=Labels.CANARY, training=Training.WRONG_LABELS)
    y = array_of(served, "y_train")
    assert np.array_equal(array_of(served, "x_train"), prepared.x_train)
    assert set(np.unique(y)) <= set(np.unique(prepared.y_train))
    assert not (y == prepared.y_train).any()


def test_the_placebo_turns_regression_targets_upside_down(tmp_path: Path) -> None:
    prepared = made_up(tmp_path / "p", classes=0)
    served = serve(prepared, into=tmp_path / "s", labels=Labels.CANARY, training=Training.WRONG_LABELS)
    y = array_of(served, "y_train")
    assert np.array_equal(np.sort(y), np.sort(prepared.y_train))
    assert np.corrcoef(np.argsort(np.argsort(y)), np.argsort(np.argsort(prepared.y_train)))[0, 1] < -0.99


def test_a_serving_can_repeat_order_and_canaries_of_an_earlier_one(tmp_path: Path) -> None:
    prepared = made_up(tmp_path / "p")
    first = serve(prepared, into=tmp_path / "a", labels=Labels.CANARY)
    order, canaries = load_order(first.secret), load_canaries(first.secret)
    again = serve(prepared, into=tmp_path / "b", labels=Labels.CANARY, order=order, canaries=canaries)
    other = serve(prepared, into=tmp_path / "c", labels=Labels.CANARY, order=order)
    assert np.array_equal(array_of(first, "y_test"), array_of(again, "y_test"))
    assert np.array_equal(load_canaries(again.secret).rows, canaries.rows)
    assert np.array_equal(array_of(first, "x_test"), array_of(other, "x_test"))
    assert not np.array_equal(array_of(first, "y_test"), array_of(other, "y_test"))


@pytest.mark.parametrize("classes", [0, 4])
def test_a_serving_can_repeat_how_training_rows_were_reordered(tmp_path: Path, classes: int) -> None:
    prepared = made_up(tmp_path / "p", classes=classes)
    reordered = Training.REORDERED
    first = serve(prepared, into=tmp_path / "a", labels=Labels.CANARY, training=reordered)
    rows = load_training_rows(first.secret)
    again = serve(prepared, into=tmp_path / "b", labels=Labels.CANARY, training=reordered, training_rows=rows)
    for name in ("x_train", "y_train"):
        assert np.array_equal(array_of(first, name), array_of(again, name))
    kept = load_training_rows(again.secret)
    assert rows is not None
    assert kept is not None
    assert np.array_equal(kept, rows)


def test_training_rows_as_published_are_not_kept(tmp_path: Path) -> None:
    served = serve(made_up(tmp_path / "p"), into=tmp_path / "s", labels=Labels.CANARY)
    assert load_training_rows(served.secret) is None


def test_training_rows_are_repeated_only_if_they_are_all_of_them(tmp_path: Path) -> None:
    prepared = made_up(tmp_path / "p")
    rows = np.zeros(30, dtype=np.uint8)
    with pytest.raises(ValueError, match="permutation"):
        serve(
            prepared,
            into=tmp_path / "s",
            labels=Labels.CANARY,
            training=Training.REORDERED,
            training_rows=rows,
        )


@pytest.mark.parametrize("classes", [0, 3])
def test_all_test_labels_can_be_served_wrong(tmp_path: Path, classes: int) -> None:
    prepared = made_up(tmp_path / "p", classes=classes)
    wrong = wrong_answers(prepared)
    served = serve(prepared, into=tmp_path / "s", labels=Labels.CANARY, canaries=wrong)
    true = prepared.y_graded[load_order(served.secret)]
    shown = array_of(served, "y_test")
    assert (shown != true).mean() > 0.9
    assert set(np.unique(shown)) <= set(np.unique(prepared.y_graded)) | set(range(classes))


def test_nothing_that_is_served_says_that_a_run_is_a_placebo(tmp_path: Path) -> None:
    prepared = made_up(tmp_path / "p")
    for moved in (False, True):
        graded = Training.REORDERED if moved else Training.AS_PUBLISHED
        runs = [
            serve(
                prepared, into=tmp_path / f"{name}{moved}", labels=Labels.CANARY, training=kind, moved=moved
            )
            for name, kind in (("graded", graded), ("placebo", Training.WRONG_LABELS))
        ]
        first, second = ({p.name: _looks(p) for p in one.folder.rglob("*")} for one in runs)
        assert first == second
        described = [(one.folder / "served.json").read_text() for one in runs]
        assert described[0] == described[1]


def _looks(path: Path) -> tuple[int, int, bool]:
    """What costs a program one call to see: size, mode, and whether the file is another's by a link."""
    seen = path.stat()
    return seen.st_size, seen.st_mode, path.is_file() and seen.st_nlink > 1


@pytest.mark.parametrize("classes", [0, 4])
def test_a_placebo_whose_rows_changed_places_shows_no_row_its_own_target(
    tmp_path: Path, classes: int
) -> None:
    prepared = made_up(tmp_path / "p", classes=classes)
    served = serve(
        prepared, into=tmp_path / "s", labels=Labels.CANARY, training=Training.WRONG_LABELS, moved=True
    )
    x, y = array_of(served, "x_train"), array_of(served, "y_train")
    own = {tuple(row): label for row, label in zip(prepared.x_train.tolist(), prepared.y_train, strict=True)}
    right = np.array([own[tuple(row)] for row in x.tolist()])
    assert not np.array_equal(x, prepared.x_train)
    if classes:
        assert not (right == y).any()
    else:
        assert np.corrcoef(np.argsort(np.argsort(right)), np.argsort(np.argsort(y)))[0, 1] < -0.99


def test_a_typed_dataset_has_no_test_row_in_the_sandbox(tmp_path: Path) -> None:
    prepared = made_up(tmp_path / "p", typed=True)
    served = serve(prepared, into=tmp_path / "s", labels=Labels.CANARY)
    described = json.loads((served.folder / "served.json").read_bytes())
    assert served.rows == 0
    assert set(described["arrays"]) == {"x_train", "y_train"}
    assert {path.name for path in served.folder.iterdir()} == {
        "served.json",
        "x_train.npy",
        "y_train.npy",
    }


def test_rows_for_a_request_come_in_the_served_order(tmp_path: Path) -> None:
    prepared = made_up(tmp_path / "p", typed=True)
    served = serve(prepared, into=tmp_path / "s", labels=Labels.CANARY)
    order = load_order(served.secret)
    rows_for_request(prepared, order, tmp_path / "rows" / "rows.npy")
    assert np.array_equal(np.load(tmp_path / "rows" / "rows.npy"), prepared.x_graded[order])


def test_secrets_are_for_their_owner_only(tmp_path: Path) -> None:
    served = serve(
        made_up(tmp_path / "p"), into=tmp_path / "s", labels=Labels.CANARY, training=Training.REORDERED
    )
    assert served.secret.stat().st_mode & 0o777 == 0o700
    for name in ("order.npy", "canaries.npy", "training.npy"):
        assert (served.secret / name).stat().st_mode & 0o777 == 0o600
    assert not served.secret.is_relative_to(served.folder)


def test_what_is_served_can_be_read_by_everybody_and_written_by_nobody(tmp_path: Path) -> None:
    served = serve(made_up(tmp_path / "p"), into=tmp_path / "s", labels=Labels.CANARY)
    assert served.folder.stat().st_mode & 0o777 == 0o755
    for path in served.folder.rglob("*"):
        assert path.stat().st_mode & 0o777 == 0o444


def test_a_place_is_not_served_into_twice(tmp_path: Path) -> None:
    prepared = made_up(tmp_path / "p")
    serve(prepared, into=tmp_path / "s", labels=Labels.CANARY)
    with pytest.raises(FileExistsError):
        serve(prepared, into=tmp_path / "s", labels=Labels.CANARY)


@given(
    rows=st.integers(min_value=1, max_value=20_000),
    fails_at=st.floats(min_value=0, max_value=0.5),
    canaries=canary_counts,
)
def test_handing_back_the_served_labels_never_beats_the_loosest_bar(
    rows: int, fails_at: float, canaries: int
) -> None:
    with scratch() as folder:
        entry = made_up(folder, canaries=canaries).dataset
    wrong = canary_count(entry, rows, fails_at)
    assert wrong <= rows // 2
    assert wrong == rows // 2 or not wrong / rows < fails_at - 1e-9
