"""Every dataset that comes with the grader, prepared and served once."""

import os
from pathlib import Path

import platformdirs
import pytest

from grader.datasets.prepare import Prepared, prepare
from grader.datasets.serve import Served, serve
from grader.model.assignment import Labels


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
