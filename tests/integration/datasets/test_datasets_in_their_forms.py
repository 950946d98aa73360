"""The files that programs open hold what the arrays hold, each in the form it was published in."""

import gzip
import re
import shutil
import subprocess
import textwrap
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.datasets.prepare import Prepared, truth
from grader.datasets.serve import Served
from tests.integration.datasets.served_data import array, counted

COUNTED_TEXTS = ("noisynote", "digits")


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
