"""The map to a model's inputs is found in every run, also where training rows come in another order."""

from pathlib import Path

import numpy as np
import pytest

from grader.datasets.dataset import Dataset, Kind
from grader.datasets.prepare import Prepared
from grader.datasets.serve import Training, serve
from grader.model.assignment import Labels
from grader.model.message import Message, Text
from grader.worker.apply_model import _map_of

ROWS = 200


@pytest.fixture(params=[4, 0], ids=["classes", "numbers"])
def prepared(request: pytest.FixtureRequest, tmp_path: Path) -> Prepared:
    rng, classes = np.random.default_rng(8), request.param
    entry = Dataset(
        name="made-up",
        title=Text("Inventado", "Made up"),
        kind=Kind.CLASSIFICATION if classes else Kind.REGRESSION,
        files=(),
        classes=tuple("abcd"[:classes]),
        groups={"test": (0, 40)},
        canaries=5,
        typed=False,
    )
    for part, count in (("train", ROWS), ("graded", 40)):
        np.save(tmp_path / f"x_{part}.npy", rng.normal(size=(count, 6)))
        targets = rng.integers(classes, size=count) if classes else rng.normal(size=count)
        np.save(tmp_path / f"y_{part}.npy", targets)
    return Prepared(dataset=entry, folder=tmp_path, digest="d", groups=entry.groups)


@pytest.mark.parametrize("training", [Training.AS_PUBLISHED, Training.REORDERED])
@pytest.mark.parametrize("fitted", [60, ROWS])
def test_a_fit_on_the_first_rows_tells_the_map(
    tmp_path: Path, prepared: Prepared, training: Training, fitted: int
) -> None:
    served = serve(prepared, into=tmp_path / "served", labels=Labels.CANARY, training=training)
    handed_out = np.load(served.folder / "x_train.npy")
    moved = training is Training.REORDERED
    assert np.array_equal(handed_out, prepared.x_train) is not moved
    np.save(tmp_path / "fit_inputs.npy", (handed_out[:fitted] / 16).astype("float32"))
    found = _map_of(tmp_path, prepared, served)
    assert not isinstance(found, Message)
    assert np.allclose(found.map.apply(prepared.x_graded), prepared.x_graded / 16, atol=1e-5)
