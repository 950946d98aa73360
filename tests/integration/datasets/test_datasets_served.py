"""The real published datasets, prepared and served; read back as course programs read them."""

import gzip
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.datasets.catalogue import dataset, names
from grader.datasets.prepare import Prepared, prepare, truth
from grader.datasets.serve import Served, Training, load_canaries, load_order, serve
from grader.model.assignment import Labels
from grader.model.errors import DataMissing, StorageError
from tests.integration.datasets.served_data import array, counted

WITH_TEST_ROWS = tuple(name for name in names() if not dataset(name).typed)


# Digest of the arrays; then what a serving holds, by a generator of seed 7, of each way to arrange training
# rows. The draws are those of the locked numpy: another one may draw otherwise and serve as well.
KNOWN = {
    "mnist": (
        "2b6c970505018bdc6a4dd75b70c17ff29dfa8f862504a41a51fcab57c8fe9b4a",
        "0910257aa21fc4c3",
        "9b03101bdaced08a",
        "6fa96bd7209434c8",
    ),
    "fashion-mnist": (
        "9995132f0f14050b8fa0c2325621c55b0c4fdd9d10151626e63c9b691a7f8440",
        "2d813d8ece55ffea",
        "a9ea063a2e0368ec",
        "1bb2bdefeb81f6fc",
    ),
    "digits": (
        "b739eb72d8c8953c7207b32190812ab2ca515cc4a1b869ebd9c2a97db734e978",
        "a183f00755e5cec9",
        "dd194467f1f0e129",
        "01637bb0b32cece0",
    ),
    "noisynote": (
        "4d9f12b14087220e04870779b6d5c3eae9a8daa2e30e10ff18be17488bebd37a",
        "bab735f5ef29fad3",
        "4dfa39a1a201e9a2",
        "5304e33c3da0d666",
    ),
    "banknote": (
        "e441bcc2b156f015cd3b8f3ee0097893c1000ad7cb99ca0d8ead826a37b0072c",
        "9dca231b6dae732a",
        "778270742f79c856",
        "16956468cc3195eb",
    ),
    "california-housing": (
        "d1f404360cdc2eff04a608f247ce63991ffce5d2292662f80ccc783d5019ef87",
        "0e10fcf4fbcd97ea",
        "b9f754a8d2280123",
        "eadc06019f0a8752",
    ),
    "pele": (
        "e6117d8862b31e9ee8c441d83cf2129617f8d9252eac27b2de27fa8d2b92501f",
        "7b335349a81d625c",
        "1a1d1bcf70b40b67",
        "e06bf23b9c5a7f90",
    ),
    "abc": (
        "577fa391a62a7019976a84710edf358d2dde8b2b0f3d0aae8fc2fda94453a403",
        "72b601f19faa270f",
        "01a793bbad7150ed",
        "4490cae2ce82900c",
    ),
    "regression": (
        "f9af04bcce689b1f390f951bb77834dad6dad20409800251347c8b8b19eee9b8",
        "89fdfb3cf85aa936",
        "89fdfb3cf85aa936",
        "aade3a07acad92f2",
    ),
}


@pytest.mark.parametrize(
    ("name", "x_train", "x_graded", "dtype", "first"),
    [
        ("mnist", (60000, 28, 28), (10000, 28, 28), np.uint8, [5, 0, 4, 1, 9]),
        ("fashion-mnist", (60000, 28, 28), (10000, 28, 28), np.uint8, [9, 0, 0, 3, 0]),
        ("digits", (899, 64), (898, 64), np.float64, [0, 2, 4, 6, 8]),
        ("noisynote", (686, 7), (686, 7), np.float64, [0, 0, 0, 0, 0]),
        ("banknote", (686, 4), (686, 4), np.float64, [0, 0, 0, 0, 0]),
        ("california-housing", (16512, 8), (4128, 8), np.float64, [4.526, 3.585, 3.521]),
        ("pele", (6, 2), (912, 2), np.float32, [1, 2, 0, 1, 2, 0]),
        ("abc", (6, 1), (3, 1), np.float32, [1, 2, 0, 1, 2, 0]),
    ],
)
def test_prepared_arrays_are_the_published_ones(
    ready: Prepared, x_train: Any, x_graded: Any, dtype: Any, first: list[float]
) -> None:
    assert ready.x_train.shape == x_train
    assert ready.x_graded.shape == x_graded
    assert ready.x_train.dtype == ready.x_graded.dtype == dtype
    assert ready.y_train[: len(first)].tolist() == pytest.approx(first)
    assert len(ready.y_graded) == max(stop for _, stop in ready.groups.values())


@pytest.mark.parametrize("name", ["pele"])
def test_the_noise_test_asks_nine_weights_in_every_colour(ready: Prepared) -> None:
    start, stop = ready.groups["noise"]
    rows, labels = ready.x_graded[start:stop], truth(ready)[start:stop]
    assert stop - start == 909
    assert sorted(set(rows[:, 1])) == list(range(101))
    told = {float(row[0]): "ABC"[label] for row, label in zip(rows, labels, strict=True)}
    assert told == {4: "B", 15: "C", 65: "A", 5: "B", 18: "C", 70: "A", 20: "C", 3: "B", 75: "A"}
    start, stop = ready.groups["test"]
    assert ready.x_graded[start:stop].tolist() == [[20, 6], [3, 50], [75, 55]]
    assert truth(ready)[start:stop].tolist() == [2, 1, 0]


@pytest.mark.parametrize("name", ["regression"])
def test_the_regression_network_swaps_its_inputs(ready: Prepared) -> None:
    assert ready.y_graded.tolist() == ready.x_graded[:, ::-1].tolist()
    assert truth(ready).dtype == np.float64


@pytest.mark.parametrize("name", names())
def test_a_second_preparation_reads_nothing_anew(
    name: str, ready: Prepared, data_dir: Path, cache: Path, shipped: dict[str, Path]
) -> None:
    stamp = (ready.folder / "prepared.json").stat()
    again = prepare(name, data_dir=data_dir, cache=cache, extra=shipped)
    assert again == ready
    assert (ready.folder / "prepared.json").stat().st_mtime_ns == stamp.st_mtime_ns
    assert (ready.folder / "prepared.json").stat().st_ino == stamp.st_ino


def test_a_prepared_array_that_was_changed_is_made_anew(data_dir: Path, tmp_path: Path) -> None:
    first = prepare("noisynote", data_dir=data_dir, cache=tmp_path)
    good = first.y_graded.tolist()
    labels = first.folder / "y_graded.npy"
    labels.chmod(0o600)
    np.save(labels, np.zeros(686, dtype=np.int64))
    again = prepare("noisynote", data_dir=data_dir, cache=tmp_path)
    assert again.y_graded.tolist() == good
    assert again.digest == first.digest
    assert [path.name for path in (tmp_path / "prepared").iterdir()] == [first.folder.name]


def test_a_cache_that_cannot_be_written_is_told(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "prepared").write_bytes(b"a file where a folder should be")
    with pytest.raises(StorageError) as caught:
        prepare("noisynote", data_dir=data_dir, cache=tmp_path)
    assert caught.value.message.code == "GR506"


def test_digits_without_a_runtime_are_told_with_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(DataMissing) as caught:
        prepare("digits", data_dir=None, cache=tmp_path)
    assert caught.value.message.code == "GR507"


@pytest.mark.parametrize("name", WITH_TEST_ROWS)
def test_a_serving_is_a_permutation_with_the_promised_canaries(ready: Prepared, served: Served) -> None:
    order, told = load_order(served.secret), load_canaries(served.secret)
    x, y = np.empty_like(ready.x_graded), np.empty_like(ready.y_graded)
    x[order], y[order] = array(served, "x_test"), array(served, "y_test")
    assert not np.array_equal(array(served, "x_test"), ready.x_graded)
    assert np.array_equal(x, ready.x_graded)
    assert x.dtype == ready.x_train.dtype
    assert y.dtype == ready.y_train.dtype
    assert np.flatnonzero(y != truth(ready)).tolist() == told.rows.tolist()
    assert len(told.rows) == pytest.approx(ready.dataset.canaries, rel=0.02)
    assert served.rows == len(order)


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist", "noisynote", "digits", "banknote"])
def test_the_number_of_canaries_is_exact(ready: Prepared, served: Served) -> None:
    assert len(load_canaries(served.secret).rows) == ready.dataset.canaries


@pytest.mark.parametrize("name", names())
def test_the_description_names_every_file_and_no_other(served: Served) -> None:
    told = json.loads((served.folder / "served.json").read_bytes())
    listed = {
        "served.json",
        *told["arrays"].values(),
        *(f"files/{name}" for name in told["files"]),
        *(f"keras/{name}" for name in told["keras_files"]),
    }
    there = {str(path.relative_to(served.folder)) for path in served.folder.rglob("*") if path.is_file()}
    assert there == listed
    whole = {"dataset", "loader", "image_shape", "arrays", "files", "keras_files"}
    assert set(told) - {"test_files", "loads"} == whole
    assert ("loads" in told) is (told["loader"] is not None)
    assert set(told.get("test_files", ())) <= set(told["files"])


@pytest.mark.parametrize("name", WITH_TEST_ROWS)
def test_no_file_that_is_shown_holds_the_true_test_labels(ready: Prepared, served: Served) -> None:
    true = truth(ready).astype(ready.y_graded.dtype)
    sorted_alike = true[load_order(served.secret)]
    needles = {true.tobytes(), sorted_alike.tobytes()}
    if ready.dataset.classes:
        needles |= {labels.astype(np.uint8).tobytes() for labels in (true, sorted_alike)}
        for ending in ("\n", ".0\n"):
            needles |= {
                "".join(f"{label}{ending}" for label in labels).encode() for labels in (true, sorted_alike)
            }
    for path in served.folder.rglob("*"):
        if path.is_dir():
            continue
        content = path.read_bytes()
        opened = [content]
        if path.suffix == ".gz":
            opened.append(gzip.decompress(content))
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                opened += [archive.read(member) for member in archive.namelist()]
        # noisynote's and banknote's published halves have the same labels: what stands in the training
        # file is not a copy of the test labels.
        training = "train" in path.name or path.name == "ay.txt" or path.suffix == ".zip"
        if ready.dataset.name in {"noisynote", "banknote"} and training:
            continue
        assert not any(needle in text for needle in needles for text in opened), path


@pytest.mark.parametrize("name", WITH_TEST_ROWS)
@pytest.mark.parametrize("training", [Training.REORDERED, Training.WRONG_LABELS])
def test_files_follow_a_rearranged_training_set(ready: Prepared, tmp_path: Path, training: Training) -> None:
    served = serve(ready, into=tmp_path / "s", labels=Labels.CANARY, training=training)
    x, y = array(served, "x_train"), array(served, "y_train")
    files = served.folder / "files"
    if (files / "ax.txt").exists():
        assert np.array_equal(counted(files / "ax.txt"), x.astype(np.float32))
        assert np.array_equal(counted(files / "ay.txt")[:, 0], y)
    for path in files.glob("data_banknote_authentication.txt"):
        assert np.array_equal(np.loadtxt(path, delimiter=","), np.column_stack((x, y)))
    for path in (served.folder / "keras").rglob("train-images*"):
        assert gzip.decompress(path.read_bytes())[16:] == x.tobytes()
    for path in (served.folder / "keras").rglob("train-labels*"):
        assert gzip.decompress(path.read_bytes())[8:] == y.tobytes()
    for mask, _ in served.masks:
        lines = gzip.decompress(mask.read_bytes()).decode().splitlines()
        assert np.array_equal(np.loadtxt(lines, delimiter=","), np.column_stack((x, y)))
    assert not (np.array_equal(x, ready.x_train) and np.array_equal(y, ready.y_train))


@pytest.mark.parametrize("name", names())
def test_what_comes_with_the_grader_is_what_it_was(ready: Prepared, name: str, tmp_path: Path) -> None:
    """Records, kept runs and certificates stand on the digest; programs were tried on these very bytes."""
    digest, *served = KNOWN[name]
    assert ready.digest == ready.measured_by == digest
    now = []
    for way in Training:
        into = tmp_path / way.value
        copy = serve(
            ready,
            into=into,
            labels=Labels.CANARY,
            randomness=np.random.default_rng(7),
            training=way,
            fails_at=0.05,
        )
        paths = [p for folder in (copy.folder, into / "masks") for p in folder.rglob("*") if p.is_file()]
        whole = hashlib.sha256()
        for path in sorted(paths):
            whole.update(str(path.relative_to(into)).encode() + b"\0" + unpacked(path) + b"\0")
        now.append(whole.hexdigest()[:16])
    assert now == served


def unpacked(path: Path) -> bytes:
    """Return a file's content without the packing, which differs between versions of zlib."""
    content = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(content)
    if path.suffix == ".zip":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            return b"".join(
                m.filename.encode() + str(m.date_time).encode() + archive.read(m) for m in members
            )
    return content
