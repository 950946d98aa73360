"""Every copy of a dataset that a program inside could open is found."""

import shutil
from pathlib import Path

import pytest

from grader.model.run import Bind
from grader.runtimes import copies
from grader.runtimes.copies import copies_shown

BELOW = "sklearn/datasets/data/digits.csv.gz"

pytestmark = pytest.mark.attack("labels_elsewhere")


@pytest.fixture(autouse=True)
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    usr = tmp_path / "usr"
    usr.mkdir()
    monkeypatch.setattr(copies, "SYSTEM", Bind(source=usr, target="/usr"))
    return usr


def put(packages: Path) -> Path:
    file = packages / BELOW
    file.parent.mkdir(parents=True)
    file.write_bytes(b"labels")
    return file


def test_without_another_copy_there_is_none(tmp_path: Path) -> None:
    assert copies_shown(BELOW, (Bind(source=tmp_path / "absent", target="/opt/runtime"),)) == ()


@pytest.mark.parametrize(
    "packages",
    [
        "lib/python3/dist-packages",
        "lib/python3.11/site-packages",
        "lib64/python3.12/site-packages",
        "local/lib/python3.11/dist-packages",
        "local/lib/python3.13/site-packages",
    ],
)
def test_the_systems_pythons_are_looked_through(system: Path, packages: str) -> None:
    put(system / packages)
    assert copies_shown(BELOW, ()) == (f"/usr/{packages}/{BELOW}",)


@pytest.mark.parametrize(
    "packages",
    [
        "lib/python3.11/site-packages",
        "envs/keras/lib/python3.10/site-packages",
        "pkgs/scikit-learn-1.5/lib/python3.11/site-packages",
    ],
)
def test_a_base_of_conda_is_looked_through_under_its_name_inside(tmp_path: Path, packages: str) -> None:
    put(tmp_path / "conda" / packages)
    shown = copies_shown(BELOW, (Bind(source=tmp_path / "conda", target="/home/ana/conda"),))
    assert shown == (f"/home/ana/conda/{packages}/{BELOW}",)


def test_a_link_is_followed_to_where_the_copy_lies_and_counted_once(system: Path) -> None:
    put(system / "lib" / "python3.11" / "site-packages")
    (system / "lib64").symlink_to("lib")
    assert copies_shown(BELOW, ()) == (f"/usr/lib/python3.11/site-packages/{BELOW}",)


def test_a_copy_that_lies_where_nothing_is_shown_needs_no_cover(system: Path, tmp_path: Path) -> None:
    file = put(tmp_path / "elsewhere")
    packages = system / "lib" / "python3.11" / "site-packages"
    packages.mkdir(parents=True)
    (packages / "sklearn").symlink_to(file.parents[2])
    assert copies_shown(BELOW, ()) == ()
    (packages / "sklearn").unlink()
    shutil.copytree(file.parents[2], packages / "sklearn")
    assert len(copies_shown(BELOW, ())) == 1
