"""Which inputs are the served test rows in served order: recognised by value, never by length."""

import gzip
import io
import os
import zipfile
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.data

Array = Any


def recogniser(rows: Array, labels: Array, shape: tuple[int, ...] | None = None) -> Any:
    return import_module("grader_harness.recognition").Recogniser(rows, labels, shape)


def flat(rows: Array) -> Array:
    return rows.reshape(len(rows), -1).astype(np.float32)


def published(name: str) -> Path:
    folder = os.environ.get("GRADER_DATA_DIR")
    if not folder:
        pytest.fail("GRADER_DATA_DIR does not name the folder of the datasets", pytrace=False)
    return Path(folder) / name


def pixels(name: str) -> Array:
    content = gzip.decompress(published(f"mnist/{name}-images-idx3-ubyte.gz").read_bytes())
    return np.frombuffer(content[16:], "u1").reshape(-1, 28, 28)


@pytest.fixture(scope="module")
def train() -> Array:
    return pixels("train")


@pytest.fixture(scope="module")
def digits() -> tuple[Array, Array]:
    content = gzip.decompress(published("mnist/t10k-labels-idx1-ubyte.gz").read_bytes())
    order = np.random.default_rng(0).permutation(10_000)
    return pixels("t10k")[order], np.frombuffer(content[8:], "u1")[order]


@pytest.fixture(scope="module")
def mnist(digits: tuple[Array, Array]) -> Any:
    return recogniser(*digits, (28, 28))


@pytest.fixture(scope="module")
def notes() -> dict[str, Array]:
    tables = {}
    with zipfile.ZipFile(published("noisynote/noisynote.zip")) as archive:
        for name in ("ax", "ay", "qx", "qy"):
            text = io.TextIOWrapper(archive.open(f"{name}.txt"))
            tables[name] = np.loadtxt(text, skiprows=1)
    return tables


def smaller(images: Array) -> Array:
    """Return the images cropped and resized to 14 x 14, as the exercise asks."""
    return np.stack([np.asarray(Image.fromarray(i[4:24, 4:24]).resize((14, 14))) for i in images])


PREPARED: dict[str, Any] = {
    "as they are": lambda q, _: q,
    "inverted": lambda q, _: 255 - q,
    "scaled": lambda q, _: (255 - q) / 255.0,
    "standardised": lambda q, a: (flat(q) - flat(a).mean(0)) / (flat(a).std(0) + 1e-6),
    "14 x 14": lambda q, _: smaller(q),
    "binary": lambda q, _: q > 128,
    "unit rows": lambda q, _: flat(q) / np.linalg.norm(flat(q), axis=1, keepdims=True),
    "few projections": lambda q, _: flat(q) @ np.random.default_rng(9).normal(size=(784, 20)),
}


@pytest.mark.parametrize("how", PREPARED)
def test_test_images_are_recognised_however_prepared(
    mnist: Any, digits: tuple[Array, Array], train: Array, how: str
) -> None:
    assert mnist.rows_match(flat(PREPARED[how](digits[0], train)))


OTHERS: dict[str, Any] = {
    "first training rows": lambda _, a: a[:10_000],
    "last training rows": lambda _, a: a[-10_000:],
    "published order": lambda *_: pixels("t10k"),
    "reversed": lambda q, _: q[::-1],
    "one row late": lambda q, _: np.roll(q, 1, axis=0),
    "constant": lambda q, _: np.ones_like(q),
    "noise": lambda q, _: np.random.default_rng(2).random(q.shape),
    "too few": lambda q, _: q[:-1],
    "not finite": lambda q, _: flat(q) * np.nan,
}


@pytest.mark.parametrize("what", OTHERS)
def test_other_images_are_rejected(mnist: Any, digits: tuple[Array, Array], train: Array, what: str) -> None:
    assert not mnist.rows_match(flat(OTHERS[what](digits[0], train)))


def test_images_sorted_by_their_labels_are_rejected(mnist: Any, digits: tuple[Array, Array]) -> None:
    images, labels = digits
    assert not mnist.rows_match(flat(images[np.argsort(labels, kind="stable")]))


@pytest.mark.parametrize("order", ["secret", "published"])
def test_banknotes_are_told_from_training_rows_that_are_sorted_alike(
    notes: dict[str, Array], order: str
) -> None:
    rows = np.arange(686)
    if order == "secret":
        rows = np.random.default_rng(1).permutation(686)
    served, labels = notes["qx"][rows], notes["qy"][rows]
    found = recogniser(served, labels)
    train = notes["ax"]
    assert found.rows_match(flat(served))
    assert found.rows_match(flat((served - train.mean(0)) / train.std(0)))
    assert found.rows_match(flat(served[:, :4]))  # noise columns dropped
    assert found.rows_match(flat(served[:, 2:3]))
    assert not found.rows_match(flat(train))
    assert not found.rows_match(flat((train - train.mean(0)) / train.std(0)))
    assert not found.rows_match(flat(served[np.random.default_rng(5).permutation(686)]))
    assert not found.rows_match(np.full((686, 7), 3.0, np.float32))


def test_chance_never_recognises_other_rows() -> None:
    rng = np.random.default_rng(11)
    for trial in range(300):
        count = int(rng.integers(30, 400))
        served = rng.standard_cauchy((count, int(rng.integers(1, 12))))  # heavy tails
        other = rng.standard_cauchy((count, int(rng.integers(1, 40))))
        assert not recogniser(served, None).rows_match(flat(other)), trial


def test_few_columns_in_small_sets_are_recognised() -> None:
    rng = np.random.default_rng(12)
    for count in (30, 40, 60, 120):
        served = rng.normal(size=(count, 5)) * [1, 10, 0.1, 5, 2] + 3
        found = recogniser(served, None)
        assert found.rows_match(flat((served - served.mean(0)) / served.std(0))), count
        assert found.rows_match(flat(served[:, [0, 3]] / 7)), count


def test_very_few_rows_need_an_exact_map() -> None:
    rng = np.random.default_rng(13)
    served = rng.normal(size=(16, 3), loc=(0, 5, 9))
    found = recogniser(served, np.arange(16) % 3)
    assert found.rows_match(flat(served))
    assert found.rows_match(flat(served / 100 - 4))
    assert found.rows_match(flat(served[:, :2]))
    assert not found.rows_match(flat(served[::-1]))
    assert not found.rows_match(flat(rng.normal(size=(16, 3))))
    assert not found.labels_match(np.arange(16) % 3)  # too few to prove anything


def test_labels_are_recognised_in_every_coding(mnist: Any, digits: tuple[Array, Array]) -> None:
    labels = digits[1]
    assert mnist.labels_match(labels)
    assert mnist.labels_match(labels[:, None].astype("float32"))
    assert mnist.labels_match(np.eye(10)[labels])
    assert mnist.labels_match(labels.tolist())
    assert not mnist.labels_match(labels[::-1])
    assert not mnist.labels_match(labels % 2)
    assert not mnist.labels_match(np.zeros(10_000))
    assert not mnist.labels_match(["a"] * 10_000)


def test_values_of_a_regression_are_recognised_up_to_a_monotone_map() -> None:
    rng = np.random.default_rng(14)
    values = rng.gamma(2.0, size=500)
    found = recogniser(rng.normal(size=(500, 8)), values)
    assert found.labels_match(values)
    assert found.labels_match(np.log(values)[:, None])
    assert not found.labels_match(rng.permutation(values))


def test_test_rows_are_found_among_training_rows(
    mnist: Any, digits: tuple[Array, Array], train: Array
) -> None:
    images = digits[0]
    assert not mnist.contains_test_rows([255 - train])
    assert mnist.contains_test_rows([(255 - images) / 255.0])
    assert mnist.contains_test_rows([np.concatenate([train, images]) / 255.0])
    assert mnist.contains_test_rows([np.concatenate([images, train]) / 255.0])
    mixed = np.concatenate([train[:30_000], images[::4]])
    mixed = mixed[np.random.default_rng(4).permutation(len(mixed))]
    assert mnist.contains_test_rows([(255 - mixed) / 255.0])


def test_an_object_that_yields_batches_is_never_walked() -> None:
    class Endless:
        asked = 0

        def __len__(self) -> int:
            return 10

        def __getitem__(self, index: int) -> Array:
            self.asked += 1
            return np.zeros(3)

    batches = Endless()
    assert import_module("grader_harness.recognition").to_array(batches) is None
    assert batches.asked == 0
