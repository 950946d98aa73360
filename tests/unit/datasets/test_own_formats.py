"""What a course's own files may look like, and what programs find of them."""

import gzip
import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from grader.datasets.array_files import idx_bytes, npz_bytes
from grader.datasets.image_files import decode_png, encode_png
from grader.datasets.parsed import npy_bytes
from grader.datasets.prepare import Prepared, truth
from grader.datasets.serve import Training, load_order, serve
from grader.model.assignment import Labels
from grader.model.errors import CourseError, DataMissing
from tests.unit.datasets.own_data import OwnData

NUMBERS = 'kind = "regression"\n'
ALL = 'rows = { table = "all.csv" }'
ROWS = [f"{n}.5,{n % 7},{'oak' if n % 3 else 'pine'}" for n in range(20)]
LABELS = [0 if n % 3 else 1 for n in range(20)]


@pytest.fixture
def own(tmp_path: Path) -> OwnData:
    return OwnData(tmp_path / "course")


def files_of(prepared: Prepared, into: Path, **wanted: Any) -> dict[str, bytes]:
    copy = serve(prepared, into=into, labels=Labels.CANARY, **wanted)
    return {p.name: p.read_bytes() for p in (copy.folder / "files").iterdir()}


def from_csv(own: OwnData, split: str, table: str = 'target = "kind"') -> Prepared:
    own.public("all.csv", "a,b,kind\n" + "\n".join(ROWS) + "\n")
    return own.prepare('reader = "csv"', f"[table]\n{table}", f"[split]\n{split}")


@pytest.mark.parametrize(
    ("split", "graded"),
    [
        (f'by = "even"\n{ALL}', list(range(1, 20, 2))),
        (f'by = "every"\nevery = 5\nstart = 4\n{ALL}', [4, 9, 14, 19]),
        (f'by = "every"\nevery = 4\nstart = 6\n{ALL}', [6, 10, 14, 18]),
        (f'by = "indices"\nplaces = [3, 7, 7]\n{ALL}', [3, 7]),
        # Drawn by SHA-256, so that no library's next version draws others.
        (f'by = "share"\nshare = 0.25\nseed = 7\n{ALL}', [3, 4, 7, 8, 12]),
    ],
)
def test_a_split_takes_the_rows_it_says(own: OwnData, split: str, graded: list[int]) -> None:
    prepared = from_csv(own, split)
    assert prepared.x_graded[:, 0].tolist() == [n + 0.5 for n in graded]
    assert truth(prepared).tolist() == [LABELS[n] for n in graded]
    assert sorted([*prepared.x_train[:, 0], *prepared.x_graded[:, 0]]) == [n + 0.5 for n in range(20)]
    assert prepared.groups == {"test": (0, len(graded))}


def test_places_may_stand_in_a_file(own: OwnData) -> None:
    own.public("places.txt", "3\n7\n")
    prepared = from_csv(own, f'by = "indices"\nplaces_from = "places.txt"\n{ALL}')
    assert prepared.x_graded[:, 0].tolist() == [3.5, 7.5]


def test_a_table_is_given_back_with_every_row_in_its_half(own: OwnData, tmp_path: Path) -> None:
    prepared = from_csv(own, f'by = "even"\n{ALL}')
    text = files_of(prepared, tmp_path / "s")["all.csv"].decode().splitlines()
    assert text[0] == "a,b,kind"
    assert text[1::2] == ROWS[0::2]
    assert sorted(row.rpartition(",")[0] for row in text[2::2]) == sorted(
        row.rpartition(",")[0] for row in ROWS[1::2]
    )


def test_given_files_and_arrays_say_the_same(own: OwnData, tmp_path: Path) -> None:
    prepared = from_csv(own, f'by = "even"\n{ALL}')
    copy = serve(prepared, into=tmp_path / "s", labels=Labels.CANARY, training=Training.REORDERED)
    rows = [line.split(",") for line in (copy.folder / "files" / "all.csv").read_text().splitlines()[1:]]
    for start, part in ((0, "train"), (1, "test")):
        x, y = (np.load(copy.folder / f"{letter}_{part}.npy") for letter in "xy")
        assert [[float(a), float(b)] for a, b, _ in rows[start::2]] == x.tolist()
        assert [("oak", "pine").index(kind) for *_, kind in rows[start::2]] == y.tolist()


def test_columns_are_chosen_by_name_or_number(own: OwnData) -> None:
    prepared = from_csv(own, f'by = "even"\n{ALL}', 'target = -1\ninputs = ["b", 0]')
    assert prepared.x_train[1].tolist() == [2.0, 2.5]


def test_a_column_of_text_is_found_by_programs_and_is_no_input(own: OwnData, tmp_path: Path) -> None:
    own.public("all.csv", 'a,note,kind\n1,"x, y",oak\n2,z,pine\n')
    table = '[table]\ntarget = "kind"\nalso = ["note"]'
    prepared = own.prepare('reader = "csv"', table, f'[split]\nby = "even"\n{ALL}')
    assert prepared.x_train.tolist() == [[1.0]]
    assert b'1,"x, y",oak' in files_of(prepared, tmp_path / "s")["all.csv"]


def test_columns_that_are_neither_inputs_nor_named_are_given_to_nobody(own: OwnData, tmp_path: Path) -> None:
    prepared = from_csv(own, f'by = "even"\n{ALL}', 'target = "kind"\ninputs = ["a"]')
    assert files_of(prepared, tmp_path / "s")["all.csv"].startswith(b"a,kind\n0.5,pine\n")


def test_a_table_with_semicolons_decimal_commas_and_no_header(own: OwnData, tmp_path: Path) -> None:
    own.public("all.csv", "1,5;2\n2,5;3,25\n3,5;4\n;5\n")
    table = '[table]\nheader = false\ndelimiter = ";"\ndecimal = ","\ntarget = 1'
    prepared = own.prepare('reader = "csv"', table, f'[split]\nby = "even"\n{ALL}', top=NUMBERS)
    assert truth(prepared).tolist() == [3.25, 5.0]
    assert np.isnan(prepared.x_graded[1, 0])  # an empty cell
    copy = serve(prepared, into=tmp_path / "s", labels=Labels.NONE)
    lines = (copy.folder / "files" / "all.csv").read_text().splitlines()
    assert lines[0::2] == ["1,5;2", "3,5;4"]
    assert [float(line.split(";")[1].replace(",", ".")) for line in lines[1::2]] == np.load(
        copy.folder / "y_test.npy"
    ).tolist()


@pytest.mark.parametrize("counted", [False, True])
def test_numbers_between_spaces(own: OwnData, tmp_path: Path, *, counted: bool) -> None:
    head = "4 2\n" if counted else ""
    own.public("ax.txt", f"{head}1 2\n3 4\n5 6\n7 8\n")
    own.public("ay.txt", ("4 1\n" if counted else "") + "0\n1\n1\n0\n")
    own.public("qx.txt", ("2 2\n" if counted else "") + "9 9\n8 8\n")
    own.public("qy.txt", ("2 1\n" if counted else "") + "1\n0\n")
    prepared = own.prepare(
        'reader = "text"',
        f'[table]\nlabels = "numbers"\ncounted = {str(counted).lower()}',
        '[split]\nby = "files"\ntrain = { inputs = "ax.txt", target = "ay.txt" }\n'
        'test = { inputs = "qx.txt", target = "qy.txt" }',
    )
    assert truth(prepared).tolist() == [1, 0]
    files = files_of(prepared, tmp_path / "s")
    assert files["ax.txt"].decode() == f"{head}1 2\n3 4\n5 6\n7 8\n"
    assert files["ay.txt"].decode().endswith("0\n1\n1\n0\n")
    assert sorted(files) == ["ax.txt", "ay.txt", "qx.txt", "qy.txt"]


X, Y = np.arange(24, dtype=np.float32).reshape(6, 4), np.array([0, 1, 1, 0, 1, 0])
FILES = """[split]
by = "files"
train = { inputs = "%s", target = "%s" }
test = { inputs = "%s", target = "%s" }"""


def test_npy_files(own: OwnData, tmp_path: Path) -> None:
    for name, array in (("xa", X[:4]), ("ya", Y[:4]), ("xq", X[4:]), ("yq", Y[4:])):
        own.public(f"{name}.npy", npy_bytes(array))
    split = FILES % ("xa.npy", "ya.npy", "xq.npy", "yq.npy")
    prepared = own.prepare('reader = "npy"\ncanaries = 0', split)
    copy = serve(prepared, into=tmp_path / "s", labels=Labels.CANARY)
    given = np.load(copy.folder / "files" / "xq.npy")
    assert given.dtype == np.float32
    assert given.tolist() == X[4:][load_order(copy.secret)].tolist()
    assert np.load(copy.folder / "files" / "ya.npy").tolist() == Y[:4].tolist()


def test_an_npz_file_and_a_table_in_npy(own: OwnData, tmp_path: Path) -> None:
    own.public("d.npz", npz_bytes({"xa": X[:4], "ya": Y[:4], "xq": X[4:], "yq": Y[4:]}))
    prepared = own.prepare('reader = "npy"', FILES % ("d.npz:xa", "d.npz:ya", "d.npz:xq", "d.npz:yq"))
    with np.load(io.BytesIO(files_of(prepared, tmp_path / "s")["d.npz"])) as archive:
        assert sorted(archive) == ["xa", "xq", "ya", "yq"]
        assert archive["xa"].tolist() == X[:4].tolist()


def test_a_table_in_npy(own: OwnData, tmp_path: Path) -> None:
    own.public("t.npy", npy_bytes(np.column_stack((X, Y))))
    split = '[split]\nby = "even"\nrows = { table = "t.npy" }'
    prepared = own.prepare('reader = "npy"\ncanaries = 0', "[table]\ntarget = -1", split)
    assert truth(prepared).tolist() == [1, 0, 0]
    given = np.load(io.BytesIO(files_of(prepared, tmp_path / "s")["t.npy"]))
    assert given[0::2].tolist() == np.column_stack((X, Y))[0::2].tolist()


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_idx_files(own: OwnData, tmp_path: Path, suffix: str) -> None:
    pictures, labels = np.arange(60, dtype=np.uint8).reshape(10, 2, 3), np.array([0, 1] * 5, dtype=np.uint8)
    pack = gzip.compress if suffix else bytes
    parts = {"xa": pictures[:6], "ya": labels[:6], "xq": pictures[6:], "yq": labels[6:]}
    for name, array in parts.items():
        own.public(name + suffix, pack(idx_bytes(array)))
    prepared = own.prepare('reader = "idx"', FILES % tuple(name + suffix for name in parts))
    given = files_of(prepared, tmp_path / "s")[f"xa{suffix}"]
    assert (gzip.decompress(given) if suffix else given) == idx_bytes(pictures[:6])
    assert prepared.x_graded.tolist() == pictures[6:].tolist()


def png(picture: Any, **how: Any) -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG", **how)
    return out.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


RNG = np.random.default_rng(0)


@pytest.mark.parametrize("shape", [(9, 7), (9, 7, 3), (1, 1), (40, 33)])
def test_every_way_of_writing_a_png_is_read(shape: tuple[int, ...]) -> None:
    slope = np.add.outer(np.arange(shape[0]) * 5, np.arange(shape[1]) * 3)
    smooth = slope if len(shape) == 2 else slope[..., None] + np.arange(3)
    for picture in (RNG.integers(256, size=shape), smooth % 256):
        whole = np.ascontiguousarray(picture, dtype=np.uint8)
        for how in ({}, {"compress_level": 9}, {"optimize": True}):
            read = decode_png(png(whole, **how))
            assert read is not None
            assert np.array_equal(read, whole)
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(encode_png(whole)))), whole)


BLACK = np.zeros((4, 4), dtype=np.uint8)


@pytest.mark.parametrize("content", [b"", b"GIF89a", png(BLACK)[:-20], png(BLACK.astype(bool))])
def test_what_is_no_picture_of_bytes_is_refused(content: bytes) -> None:
    assert decode_png(content) is None


def test_pictures_are_served_without_the_names_that_they_came_with(own: OwnData, tmp_path: Path) -> None:
    pictures = RNG.integers(256, size=(12, 5, 6)).astype(np.uint8)
    trees = {n: ("oak", "pine")[n % 2] for n in range(12)}
    own.public("train.zip", zipped({f"{trees[n]}/t{n}.png": png(pictures[n]) for n in range(8)}))
    own.hidden("test.zip", zipped({f"{trees[n]}/oak{n}.png": png(pictures[n]) for n in range(8, 12)}))
    prepared = own.prepare(
        'reader = "images"\nimage = { height = 5, width = 6 }',
        '[split]\nby = "files"\ntrain = { table = "train.zip" }\ntest = { table = "test.zip" }',
        '[[give]]\nfile = "test.zip"\nrows = "test"\ncolumns = "inputs"',
        '[[give]]\nfile = "train.zip"\nrows = "train"',
    )
    copy = serve(prepared, into=tmp_path / "s", labels=Labels.NONE)
    with zipfile.ZipFile(copy.folder / "files" / "test.zip") as archive:
        assert archive.namelist() == [f"{n:06d}.png" for n in range(4)]
        shown = [np.asarray(Image.open(io.BytesIO(archive.read(name)))) for name in archive.namelist()]
    assert np.array_equal(shown, np.load(copy.folder / "x_test.npy"))
    with zipfile.ZipFile(copy.folder / "files" / "train.zip") as archive:
        assert {name.partition("/")[0] for name in archive.namelist()} == {"oak", "pine"}


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("a,b,kind\n1,2\n", "row 2"),
        ("a,b,kind\n1,x,oak\n2,2,oak\n", '"x" is no number'),
        ("a,b,kind\n1,2,elm\n2,2,oak\n", '"elm" is none of the classes'),
        ("a,b,knid\n1,2,oak\n2,2,oak\n", "did you mean 'knid'"),
        ("a,b,kind\n", "no row"),
        ("a,b,kind\n1,2,oak\n", "1 training row and 0 test rows"),
        ("a,a,kind\n1,2,oak\n2,2,pine\n", "two columns have one name (a)"),
        ("a,b,kind\n" + "1,2,oak\n2,2,pine\n" * 4, "all 4 training rows have the same label"),
        ("a,b,kind\n1,2,oak\n1,2,oak\n3,2,pine\n2,2,oak\n", "all 2 test rows have the same label"),
        ('a,b,kind\n1,2,oak\n2,"' + "2,pine\n1,2,oak\n" * 10_000, "line 3 has a cell that does not end"),
        ('a,b,kind\n1,2,oak\n2,"2,pine\n3,2,oak\n', "row 3 has 2 columns"),
    ],
)
def test_a_table_that_is_not_what_it_should_be_is_told_with_its_place(
    own: OwnData, table: str, told: str
) -> None:
    own.public("all.csv", table)
    with pytest.raises(CourseError) as caught:
        own.prepare('reader = "csv"', '[table]\ntarget = "kind"', f'[split]\nby = "even"\n{ALL}')
    assert told in caught.value.message.en
    assert caught.value.messages[0].code == "GR510"


@pytest.mark.parametrize("places", [b"1 2 \xff", b"9" * 5000, b"-1"])
def test_places_that_are_no_rows_are_told(own: OwnData, places: bytes) -> None:
    own.public("places.txt", places)
    with pytest.raises(CourseError) as caught:
        from_csv(own, f'by = "indices"\nplaces_from = "places.txt"\n{ALL}')
    assert caught.value.messages[0].code == "GR510"


def test_the_same_number_for_every_training_row_is_nothing_to_learn(own: OwnData) -> None:
    own.public("all.csv", "a,b\n" + "1,2\n2,2\n" * 4)
    with pytest.raises(CourseError, match="nothing to learn"):
        own.prepare('reader = "csv"', '[table]\ntarget = "b"', f'[split]\nby = "even"\n{ALL}', top=NUMBERS)


def test_a_changed_file_is_told_with_its_new_checksum(own: OwnData) -> None:
    from_csv(own, f'by = "even"\n{ALL}')
    (own.assignment / "data" / "all.csv").write_text("a,b,kind\n1,2,oak\n")
    with pytest.raises(DataMissing) as caught:
        own.prepare('reader = "csv"', '[table]\ntarget = "kind"', f'[split]\nby = "even"\n{ALL}')
    assert caught.value.message.code == "GR512"


@pytest.mark.parametrize("header", ["b,a", "a,c"])
def test_test_columns_in_another_order_or_of_other_names_are_told(own: OwnData, header: str) -> None:
    own.public("train.csv", "a,b,kind\n1,2,oak\n3,4,pine\n")
    own.public("test.csv", f"{header}\n1,2\n")
    own.public("labels.csv", "kind\noak\n")
    split = '[split]\nby = "files"\ntrain = { table = "train.csv" }\n'
    with pytest.raises(CourseError) as caught:
        own.prepare(
            'reader = "csv"',
            '[table]\ntarget = "kind"',
            f'{split}test = {{ inputs = "test.csv", target = "labels.csv" }}',
        )
    assert f"the columns are {header.replace(',', ', ')}" in caught.value.message.en
    assert "in this order, are a, b" in caught.value.message.en
