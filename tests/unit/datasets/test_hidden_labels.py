"""Hidden labels have no part in anything that a run is shown."""

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.datasets.own import find_prepared
from grader.datasets.prepare import Prepared, prepare_dataset, truth
from grader.datasets.serve import (
    Canaries,
    Served,
    Training,
    load_canaries,
    load_drawn,
    load_order,
    rows_for_request,
    serve,
    wrong_answers,
)
from grader.model.assignment import Labels
from grader.model.errors import CourseError, DataMissing
from tests.unit.datasets.own_data import OwnData, served_files

READER = 'reader = "csv"'
NUMBERS = 'kind = "regression"\n'
SPLIT = """[table]
target = "kind"
[split]
by = "files"
train = { table = "train.csv" }
test = { inputs = "test.csv", target = "labels.csv" }"""
WHOLE = """[table]
target = "kind"
[split]
by = "files"
train = { table = "train.csv" }
test = { table = "test.csv" }"""


def laid_out(course: Path, labels: Sequence[Any], *, train: Sequence[Any], whole: bool = False) -> OwnData:
    """Return a course whose test rows have ``labels`` that only it knows; ``whole``: the rows as well."""
    own = OwnData(course)
    own.public("train.csv", "a,b,kind\n" + "".join(f"{n},{n * n},{x}\n" for n, x in enumerate(train)))
    rows = [f"{n / 2},{n % 3}" for n in range(len(labels))]
    if whole:
        lines = [f"{row},{label}\n" for row, label in zip(rows, labels, strict=True)]
        own.hidden("test.csv", "a,b,kind\n" + "".join(lines))
    else:
        own.public("test.csv", "a,b\n" + "".join(f"{row}\n" for row in rows))
        own.hidden("labels.csv", "kind\n" + "".join(f"{label}\n" for label in labels))
    return own


def ready(course: Path, labels: Sequence[Any], *, whole: bool = False) -> Prepared:
    own = laid_out(course, labels, train=["oak", "pine"] * 5, whole=whole)
    return own.prepare(READER, WHOLE if whole else SPLIT)


def served(prepared: Prepared, into: Path, training: Training = Training.AS_PUBLISHED) -> Served:
    return serve(
        prepared,
        into=into,
        labels=Labels.NONE,
        training=training,
        randomness=np.random.default_rng(1),
        fails_at=0.3,
    )


two_truths = st.integers(2, 30).flatmap(
    lambda n: st.tuples(*[st.lists(st.sampled_from(["oak", "pine"]), min_size=n, max_size=n)] * 2)
)


@settings(max_examples=25)
@given(two_truths, st.booleans(), st.sampled_from(Training))
def test_nothing_that_is_served_depends_on_hidden_labels(
    truths: tuple[list[str], list[str]],
    whole: bool,  # noqa: FBT001 - drawn
    training: Training,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shown = []
        for number, labels in enumerate(truths):
            prepared = ready(Path(folder) / f"course{number}", labels, whole=whole)
            copy = served(prepared, Path(folder) / f"served{number}", training)
            rows = Path(folder) / f"rows{number}.npy"
            rows_for_request(prepared, load_order(copy.secret), rows)
            masks = [path.read_bytes() for path, _ in copy.masks]
            shown.append((served_files(copy.folder), rows.read_bytes(), masks, copy.digest))
        assert shown[0] == shown[1]


@settings(max_examples=25)
@given(st.lists(st.sampled_from([1.0, 2.0, 3.0]), min_size=2, max_size=40), st.integers(0, 2**32))
def test_random_targets_are_no_rows_own_and_no_permutation(labels: list[float], seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        own = laid_out(Path(folder), labels, train=[1.0, 2.0, 2.5, 3.0])
        prepared = own.prepare(READER, SPLIT, top=NUMBERS)
        copy = serve(
            prepared, into=Path(folder) / "s", labels=Labels.NONE, randomness=np.random.default_rng(seed)
        )
        shown = np.load(copy.folder / "y_test.npy")
        assert not set(shown.tolist()) & set(labels)


def test_two_servings_draw_other_labels_in_another_order(tmp_path: Path) -> None:
    prepared = ready(tmp_path, ["oak", "pine"] * 40)
    copies = [serve(prepared, into=tmp_path / name, labels=Labels.NONE) for name in "ab"]
    orders = [load_order(copy.secret).tolist() for copy in copies]
    drawn = [np.asarray(load_drawn(copy.secret)).tolist() for copy in copies]
    assert orders[0] != orders[1]
    assert drawn[0] != drawn[1]


def test_random_labels_agree_with_the_truth_as_guesses_do(tmp_path: Path) -> None:
    prepared = ready(tmp_path, ["oak"] * 900 + ["pine"] * 100)
    copy = served(prepared, tmp_path / "s")
    agreement = float(np.mean(np.asarray(load_drawn(copy.secret)) == truth(prepared)))
    assert abs(agreement - 0.5) < 4 * 0.5 / 1000**0.5


def test_a_serving_of_random_labels_can_be_repeated(tmp_path: Path) -> None:
    prepared = ready(tmp_path, ["oak", "pine"] * 20)
    first = serve(prepared, into=tmp_path / "a", labels=Labels.NONE)
    again = serve(
        prepared,
        into=tmp_path / "b",
        labels=Labels.NONE,
        order=load_order(first.secret),
        canaries=load_canaries(first.secret),  # none: what a repeat of random labels is handed as well
        drawn=load_drawn(first.secret),
    )
    assert served_files(first.folder) == served_files(again.folder)


def test_a_repeat_that_knows_no_drawn_labels_draws_new_ones_and_shows_no_true_one(tmp_path: Path) -> None:
    prepared = ready(tmp_path, ["oak"] * 60)
    none = Canaries(rows=np.empty(0, dtype=np.int64), labels=np.empty(0, dtype=np.int64))
    copy = serve(prepared, into=tmp_path / "s", labels=Labels.NONE, canaries=none)
    assert 10 < int(np.sum(np.load(copy.folder / "y_test.npy") == 0)) < 50


def test_canaries_of_hidden_labels_are_refused(tmp_path: Path) -> None:
    prepared = ready(tmp_path, ["oak", "pine"] * 4)
    with pytest.raises(ValueError, match="hidden labels"):
        serve(prepared, into=tmp_path / "s", labels=Labels.CANARY)
    assert not (tmp_path / "s").exists()


def test_wrong_answers_for_hidden_labels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="hidden labels"):
        wrong_answers(ready(tmp_path, ["oak", "pine"] * 4))


def test_the_digest_that_pages_show_tells_nothing_of_hidden_labels(tmp_path: Path) -> None:
    one = ready(tmp_path / "one", ["oak", "pine"] * 4)
    other = ready(tmp_path / "other", ["pine", "oak"] * 4)
    assert one.digest == other.digest
    assert one.measured_by != other.measured_by
    assert truth(one).tolist() != truth(other).tolist()


def test_the_files_that_layouts_are_written_from_hold_no_hidden_label(tmp_path: Path) -> None:
    prepared = ready(tmp_path, ["oak"] * 12, whole=True)
    kept = json.loads((prepared.folder / "source" / "cells.json").read_bytes())["test"]
    assert kept["cells"] == [[f"{n / 2}", f"{n % 3}"] for n in range(12)]
    assert "oak" not in str(kept)
    assert (prepared.folder / "y_graded.npy").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("told", ["OAK", "x{}"])
def test_a_column_that_spells_the_hidden_labels_is_refused(tmp_path: Path, told: str) -> None:
    own = OwnData(tmp_path)
    labels = ["oak", "pine"] * 6
    own.public("train.csv", "a,note,kind\n1,n,oak\n2,m,pine\n")
    rows = [f"{n},{told.format(label)}{label == 'oak'},{label}\n" for n, label in enumerate(labels)]
    own.hidden("test.csv", "a,note,kind\n" + "".join(rows))
    with pytest.raises(CourseError) as caught:
        own.prepare(READER, WHOLE.replace('"kind"', '"kind"\nalso = ["note"]'))
    assert caught.value.messages[0].code == "GR522"
    assert "note" in caught.value.message.en


def test_hidden_files_are_found_outside_the_course_by_the_assignments_name(tmp_path: Path) -> None:
    own = OwnData(tmp_path / "course")
    own.public("train.csv", "a,kind\n1,oak\n2,pine\n")
    own.hidden("test.csv", "a,kind\n5,pine\n", outside=tmp_path / "elsewhere")
    prepared = own.prepare(READER, WHOLE, data_dir=tmp_path / "elsewhere")
    assert truth(prepared).tolist() == [1]


def test_another_assignments_hidden_file_is_not_taken(tmp_path: Path) -> None:
    own = OwnData(tmp_path / "course")
    own.public("train.csv", "a,kind\n1,oak\n2,pine\n")
    own.hidden("test.csv", "a,kind\n5,pine\n", outside=tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "trees" / "test.csv").rename(tmp_path / "elsewhere" / "test.csv")
    with pytest.raises(DataMissing) as caught:
        own.prepare(READER, WHOLE, data_dir=tmp_path / "elsewhere")
    assert caught.value.message.code == "GR513"


@pytest.mark.parametrize("whole", [False, True])
def test_without_the_hidden_files_a_student_can_run_and_nothing_is_known(
    tmp_path: Path, *, whole: bool
) -> None:
    own = laid_out(tmp_path, ["oak", "pine"] * 4, train=["oak", "pine"] * 5, whole=whole)
    entry = own.define(READER, WHOLE if whole else SPLIT)
    for file in own.private.iterdir():
        file.unlink()
    prepared = prepare_dataset(entry, data_dir=None, cache=own.cache, without_hidden=True)
    copy = served(prepared, tmp_path / "s")
    assert not prepared.labels_known
    assert set(truth(prepared).tolist()) == {-1}
    assert len(np.load(copy.folder / "x_test.npy")) == (10 if whole else 8)
    assert set(np.load(copy.folder / "y_test.npy").tolist()) == {0, 1}
    assert (copy.folder / "files" / "test.csv").is_file()


def test_a_worker_finds_the_data_by_their_digest_without_the_course(tmp_path: Path) -> None:
    prepared = ready(tmp_path, ["oak", "pine"] * 4)
    shutil.rmtree(tmp_path / "assignments")
    shutil.rmtree(tmp_path / "reference_solutions")
    found = find_prepared("trees", prepared.digest, tmp_path / "cache")
    assert found.dataset.labels_hidden
    copies = [served(one, tmp_path / name) for one, name in ((prepared, "a"), (found, "b"))]
    assert served_files(copies[0].folder) == served_files(copies[1].folder)


def test_data_that_were_never_prepared_are_told(tmp_path: Path) -> None:
    with pytest.raises(DataMissing):
        find_prepared("trees", "0" * 64, tmp_path)
