"""The maps of real course programs on the real MNIST test images."""

import gzip
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.matching.affine_map import MapKind, infer_affine_map

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def images() -> Any:
    """The 10,000 test images, from the folder that GRADER_DATA_DIR names; absent data is a failure."""
    folder = Path(os.environ["GRADER_DATA_DIR"])
    packed = next(iter(folder.glob("mnist/t10k-images*")), None)
    assert packed is not None, f"no MNIST test images below {folder}"
    content = gzip.decompress(packed.read_bytes())
    return np.frombuffer(content, np.uint8, offset=16).reshape(10_000, 28, 28)


def test_the_notes_inversion_is_exact_and_found(images: Any) -> None:
    fitted = ((255 - images) / 255.0).astype("float32")
    found = infer_affine_map(images, fitted)
    assert found is not None
    assert found.kind is MapKind.SCALAR
    assert found.residual < 5e-7


def test_images_cropped_and_shrunk_are_a_matrix(images: Any) -> None:
    small = images[:, 2:26, 2:26].reshape(-1, 12, 2, 12, 2).mean(axis=(2, 4)) / 255
    found = infer_affine_map(images, small.astype("float32"))
    assert found is not None
    assert found.kind is MapKind.FULL
    assert np.allclose(found.apply(images), small.reshape(len(small), -1), atol=1e-4)


def test_the_features_of_a_hidden_layer_are_no_map(images: Any) -> None:
    weights = np.random.default_rng(0).normal(size=(784, 100)) / 28
    hidden = np.maximum(images.reshape(-1, 784) / 255.0 @ weights, 0)
    assert infer_affine_map(images, hidden.astype("float32")) is None
