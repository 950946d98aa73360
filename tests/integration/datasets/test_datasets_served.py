"""The real published datasets, prepared and served; read back as course programs read them."""

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import textwrap
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
import pytest

from grader.datasets.catalogue import dataset, names
from grader.datasets.prepare import Prepared, prepare, truth
from grader.datasets.serve import Served, Training, load_canaries, load_order, serve
from grader.model.assignment import Labels
from grader.model.errors import DataMissing, StorageError

WITH_TEST_ROWS = tuple(name for name in names() if not dataset(name).typed)
COUNTED_TEXTS = ("noisynote", "digits")
# Digest of the arrays; then what a serving holds, by a generator of seed 7, of each way to arrange training
# rows. The draws are those of the locked numpy: another one may draw otherwise and serve as well.
KNOWN = {
    "mnist": (
        "2b6c970505018bdc6a4dd75b70c17ff29dfa8f862504a41a51fcab57c8fe9b4a",
        "6d347b918cfa14c2",
        "2ca734ffc7988c1a",
        "4e8d900dc59010bc",
    ),
    "fashion-mnist": (
        "9995132f0f14050b8fa0c2325621c55b0c4fdd9d10151626e63c9b691a7f8440",
        "2be5bd0f55deb91f",
        "71ee35421874ba06",
        "e01c966779564d26",
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
        "b78a69b336929a5a",
        "4fb8c2e39426d9b3",
        "84d17d154c52bb64",
    ),
    "pele": (
        "e6117d8862b31e9ee8c441d83cf2129617f8d9252eac27b2de27fa8d2b92501f",
        "7b335349a81d625c",
        "1a1d1bcf70b40b67",
        "db404b512b053b71",
    ),
    "abc": (
        "577fa391a62a7019976a84710edf358d2dde8b2b0f3d0aae8fc2fda94453a403",
        "72b601f19faa270f",
        "01a793bbad7150ed",
        "5da3f418cfa5ffae",
    ),
    "regression": (
        "f9af04bcce689b1f390f951bb77834dad6dad20409800251347c8b8b19eee9b8",
        "89fdfb3cf85aa936",
        "89fdfb3cf85aa936",
        "a63eeeab97378bd7",
    ),
}


@pytest.fixture(scope="session")
def data_dir() -> Path:
    folder = os.environ.get("GRADER_DATA_DIR")
    if not folder or not Path(folder).is_dir():
        pytest.fail("GRADER_DATA_DIR must point to the published datasets", pytrace=False)
    return Path(folder)


@pytest.fixture(scope="session")
def site_packages() -> Path:
    runtimes = platformdirs.user_cache_path("grader") / "runtimes"
    for place in sorted(runtimes.glob("keras-*/lib/python3*/site-packages")):
        if (place / "sklearn" / "datasets" / "data" / "digits.csv.gz").is_file():
            return place
    pytest.fail(f"no keras runtime under {runtimes}: grader runtime install keras3", pytrace=False)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def shipped(site_packages: Path) -> dict[str, Path]:
    return {"digits.csv.gz": site_packages / "sklearn/datasets/data/digits.csv.gz"}


@pytest.fixture
def ready(name: str, data_dir: Path, cache: Path, shipped: dict[str, Path]) -> Prepared:
    return prepare(name, data_dir=data_dir, cache=cache, extra=shipped)


@pytest.fixture
def served(ready: Prepared, tmp_path: Path) -> Served:
    return serve(ready, into=tmp_path / "served", labels=Labels.CANARY)


def array(served: Served, name: str) -> Any:
    return np.load(served.folder / f"{name}.npy", allow_pickle=False)


def counted(path: Path) -> Any:
    """Read a text as the course's own ``le`` does: rows and columns, then the numbers."""
    lines = path.read_text(encoding="ascii").splitlines()
    rows, columns = (int(word) for word in lines[0].split())
    table = np.empty((rows, columns), dtype=np.float32)
    for row in range(rows):
        words = lines[row + 1].split()
        for column in range(columns):
            table[row, column] = np.float32(words[column])
    return table


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
    assert set(told) - {"test_files"} == whole
    assert set(told.get("test_files", ())) <= set(told["files"])


@pytest.mark.parametrize("name", COUNTED_TEXTS)
def test_the_texts_hold_what_the_arrays_hold(served: Served) -> None:
    files = served.folder / "files"
    assert np.array_equal(counted(files / "ax.txt"), array(served, "x_train").astype(np.float32))
    assert np.array_equal(counted(files / "qx.txt"), array(served, "x_test").astype(np.float32))
    assert np.array_equal(counted(files / "ay.txt")[:, 0], array(served, "y_train"))
    assert np.array_equal(counted(files / "qy.txt")[:, 0], array(served, "y_test"))


@pytest.mark.parametrize("name", ["noisynote"])
def test_the_noisynote_archive_is_written_anew_in_the_published_form(
    served: Served, data_dir: Path, name: str
) -> None:
    with (
        zipfile.ZipFile(served.folder / "files" / "noisynote.zip") as ours,
        zipfile.ZipFile(data_dir / "noisynote" / "noisynote.zip") as published,
    ):
        assert ours.namelist() == published.namelist()
        for member in ("ax.txt", "ay.txt"):
            assert ours.read(member) == published.read(member)
        for member in ("qx.txt", "qy.txt"):
            assert ours.read(member) == (served.folder / "files" / member).read_bytes()
            assert ours.read(member) != published.read(member)
            assert len(ours.read(member)) == len(published.read(member))
        assert sorted(ours.read("qx.txt").splitlines()) == sorted(published.read("qx.txt").splitlines())


@pytest.mark.parametrize("name", ["noisynote"])
def test_unzip_opens_the_served_archive(served: Served, tmp_path: Path) -> None:
    unzip = shutil.which("unzip")
    assert unzip
    archive = served.folder / "files" / "noisynote.zip"
    subprocess.run([unzip, "-q", str(archive), "-d", str(tmp_path / "out")], check=True)
    assert (tmp_path / "out" / "qy.txt").read_bytes() == (served.folder / "files" / "qy.txt").read_bytes()


@pytest.mark.parametrize("name", ["banknote"])
def test_the_banknote_text_holds_the_training_lines_in_their_form(served: Served, data_dir: Path) -> None:
    file = "data_banknote_authentication.txt"
    ours = (served.folder / "files" / file).read_bytes()
    published = (data_dir / "banknote" / file).read_bytes()
    assert ours.splitlines() == published.splitlines()[0::2]
    assert ours.count(b"\r\n") == 685
    assert not ours.endswith(b"\n")
    asked = (served.folder / "files" / "data_banknote_authentication_test.txt").read_bytes()
    table = np.loadtxt(asked.decode().splitlines(), delimiter=",")
    assert np.array_equal(table, array(served, "x_test"))


@pytest.mark.parametrize("name", ["california-housing"])
def test_california_has_its_test_rows_in_a_table_without_prices(served: Served) -> None:
    lines = (served.folder / "files" / "california_housing_test.csv").read_text().splitlines()
    assert lines[0].split(",")[:2] == ["MedInc", "HouseAge"]
    assert np.array_equal(np.loadtxt(lines, delimiter=",", skiprows=1), array(served, "x_test"))


@pytest.mark.parametrize("name", ["digits"])
def test_the_digits_mask_holds_the_training_rows_alone(served: Served, shipped: dict[str, Path]) -> None:
    ((mask, target),) = served.masks
    ours = gzip.decompress(mask.read_bytes()).splitlines()
    published = gzip.decompress(shipped["digits.csv.gz"].read_bytes()).splitlines()
    assert target == "sklearn/datasets/data/digits.csv.gz"
    assert ours == published[0::2]


@pytest.mark.parametrize("name", ["fashion-mnist"])
def test_the_fashion_files_in_idx_form_hold_what_the_arrays_hold(served: Served) -> None:
    for file, name, header in (
        ("train-images-idx3", "x_train", 16),
        ("train-labels-idx1", "y_train", 8),
        ("t10k-images-idx3", "x_test", 16),
        ("t10k-labels-idx1", "y_test", 8),
    ):
        path = served.folder / "keras" / "fashion-mnist" / f"{file}-ubyte.gz"
        content = gzip.decompress(path.read_bytes())
        assert content[header:] == array(served, name).tobytes()
        assert content[2] == 8
        assert content[3] == array(served, name).ndim


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


def in_runtime(site_packages: Path, program: str, *arguments: str, binds: Any = ()) -> str:
    """Run ``program`` with the runtime's Python under bubblewrap, with our masks in place."""
    bwrap = shutil.which("bwrap")
    assert bwrap
    python = site_packages.parents[2] / "bin" / "python"
    command = [bwrap, "--ro-bind", "/", "/", "--tmpfs", "/var/tmp"]
    for mask, target in binds:
        command += ["--ro-bind", str(mask), str(site_packages / target)]
    command += ["--setenv", "HOME", "/var/tmp", str(python), "-W", "ignore", "-c"]
    program = textwrap.dedent(program)
    done = subprocess.run([*command, program, *arguments], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.runtime
@pytest.mark.sandbox
@pytest.mark.parametrize("name", ["digits"])
def test_scikit_learn_in_the_runtime_reads_the_mask(served: Served, site_packages: Path) -> None:
    printed = in_runtime(
        site_packages,
        """
        import sys
        import numpy as np
        from sklearn.datasets import load_digits
        digits = load_digits()
        x, y = np.load(sys.argv[1] + "/x_train.npy"), np.load(sys.argv[1] + "/y_train.npy")
        print((digits.data == x).all(), (digits.target == y).all(), digits.data.shape)
        """,
        str(served.folder),
        binds=served.masks,
    )
    assert printed == "True True (899, 64)"


@pytest.mark.parametrize("name", ["california-housing"])
def test_california_rows_have_scikit_learns_columns_and_units(ready: Prepared) -> None:
    # the first rows of sklearn.datasets.fetch_california_housing(); the fifth is a test row
    assert ready.x_train[0] == pytest.approx(
        [8.3252, 41.0, 6.98412698, 1.02380952, 322.0, 2.55555556, 37.88, -122.23]
    )
    assert ready.x_graded[0] == pytest.approx(
        [3.8462, 52.0, 6.28185328, 1.08108108, 565.0, 2.18146718, 37.85, -122.25]
    )
    assert truth(ready)[0] == pytest.approx(3.422)


@pytest.mark.parametrize("name", ["mnist"])
def test_served_arrays_are_plain_npy_files(served: Served) -> None:
    for path in served.folder.glob("*.npy"):
        header = path.read_bytes()[:128]
        assert re.match(rb"\x93NUMPY\x01\x00v\x00{'descr': '\|u1', 'fortran_order': False", header)


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
