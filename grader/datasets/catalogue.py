"""The datasets that assignments can name: their files, checksums, public homes and licences.

A dataset whose inputs are typed into the program (pele, abc, regression) has no files. ``digits`` comes
with scikit-learn, so its file is found in the runtime that students' code runs in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache

from grader.model.errors import CourseError
from grader.model.message import Message
from grader.words.catalogue import say
from grader.words.mistake_words import nearest


class Kind(Enum):
    """What a dataset's targets are."""

    CLASSIFICATION = "classification"
    REGRESSION = "regression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """One public address of a file.

    ``member`` names the file inside a zip or tar archive at that address. ``crlf`` says that this home
    keeps the text with LF line ends; the published bytes have CRLF between lines and none at the end.
    """

    url: str
    member: str | None = None
    crlf: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFile:
    """A published file, known by its SHA-256; ``origin`` is where people read about it."""

    name: str
    sha256: str
    size: int
    mirrors: tuple[Mirror, ...]
    licence: str
    origin: str
    in_runtime: str | None = None
    """Path below a runtime's site-packages, for files that come with a library."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A dataset that an assignment can name.

    ``canaries`` is how many served test labels are wrong on purpose: so many that handing them back fails
    the thresholds of the assignments that come with the grader; :func:`grader.datasets.serve.serve` takes
    a larger share for a more lenient course. ``groups`` maps a name to the (start, stop) of its graded rows.
    """

    name: str
    title: Message
    kind: Kind
    files: tuple[DataFile, ...]
    classes: tuple[str, ...]
    groups: Mapping[str, tuple[int, int]]
    canaries: int = 0
    image_shape: tuple[int, int] | None = None
    brightest: int = 255
    """The pixel value shown as white (images only)."""
    loader: str | None = None
    typed: bool = False
    """The inputs are typed into the program: no test row stands in a sandbox."""


def dataset(name: str) -> Dataset:
    """Return the dataset called ``name``.

    Raises:
        CourseError: there is none; the message holds the nearest name, or all of them.
    """
    catalogue = _catalogue()
    if name in catalogue:
        return catalogue[name]
    near = nearest(name, catalogue)
    if near is not None:
        raise CourseError(say("unknown-dataset-near-miss", name=name, near=near))
    raise CourseError(say("unknown-dataset", name=name, names=", ".join(catalogue)))


def names() -> tuple[str, ...]:
    """Return the name of every dataset, in the order in which they are shown."""
    return tuple(_catalogue())


@cache
def _catalogue() -> dict[str, Dataset]:
    entries = (*_images(), *_tables(), *_typed())
    return {entry.name: entry for entry in entries}


_TEN_DIGITS = tuple("0123456789")
_GARMENTS = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
_UCI_BANKNOTE = "https://archive.ics.uci.edu/dataset/267/banknote+authentication"


def _mnist_file(stem: str, size: int, sha256: str) -> DataFile:
    name = f"{stem}-ubyte.gz"
    homes = (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "http://yann.lecun.com/exdb/mnist/",
    )
    return DataFile(
        name=name,
        sha256=sha256,
        size=size,
        mirrors=tuple(Mirror(url=home + name) for home in homes),
        licence="CC BY-SA 3.0",
        origin="http://yann.lecun.com/exdb/mnist/",
    )


def _fashion_file(stem: str, size: int, sha256: str) -> DataFile:
    name = f"{stem}-ubyte.gz"
    homes = (
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    )
    return DataFile(
        name=name,
        sha256=sha256,
        size=size,
        mirrors=tuple(Mirror(url=home + name) for home in homes),
        licence="MIT",
        origin="https://github.com/zalandoresearch/fashion-mnist",
    )


def _images() -> tuple[Dataset, ...]:
    mnist = Dataset(
        name="mnist",
        title=say("data.title.mnist"),
        kind=Kind.CLASSIFICATION,
        files=(
            _mnist_file(
                "train-images-idx3",
                9912422,
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            ),
            _mnist_file(
                "train-labels-idx1",
                28881,
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            ),
            _mnist_file(
                "t10k-images-idx3",
                1648877,
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            ),
            _mnist_file(
                "t10k-labels-idx1",
                4542,
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            ),
        ),
        classes=_TEN_DIGITS,
        groups={"test": (0, 10_000)},
        canaries=200,
        image_shape=(28, 28),
        loader="mnist",
    )
    fashion = Dataset(
        name="fashion-mnist",
        title=say("data.title.fashion-mnist"),
        kind=Kind.CLASSIFICATION,
        files=(
            _fashion_file(
                "train-images-idx3",
                26421880,
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            ),
            _fashion_file(
                "train-labels-idx1",
                29515,
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            ),
            _fashion_file(
                "t10k-images-idx3",
                4422102,
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            ),
            _fashion_file(
                "t10k-labels-idx1",
                5148,
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            ),
        ),
        classes=_GARMENTS,
        groups={"test": (0, 10_000)},
        canaries=1_500,
        image_shape=(28, 28),
        loader="fashion_mnist",
    )
    digits = Dataset(
        name="digits",
        title=say("data.title.digits"),
        kind=Kind.CLASSIFICATION,
        files=(
            DataFile(
                name="digits.csv.gz",
                sha256="09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22",
                size=57523,
                mirrors=(),
                licence="CC BY 4.0",
                origin="https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits",
                in_runtime="sklearn/datasets/data/digits.csv.gz",
            ),
        ),
        classes=_TEN_DIGITS,
        groups={"test": (0, 898)},
        canaries=95,
        image_shape=(8, 8),
        brightest=16,
    )
    return mnist, fashion, digits


def _tables() -> tuple[Dataset, ...]:
    noisynote = Dataset(
        name="noisynote",
        title=say("data.title.noisynote"),
        kind=Kind.CLASSIFICATION,
        files=(
            DataFile(
                name="noisynote.zip",
                sha256="b5a8a76b41a1d58380ade2a08bb65fb4ceb5c2fe614b88700a558668cc7e8c84",
                size=56569,
                mirrors=(),  # no address of the archive itself is known to us; ``origin`` is its course
                licence="CC BY 4.0 (UCI)",
                origin="http://www.lps.usp.br/hae/apostila/densakeras-ead.pdf",
            ),
        ),
        classes=("0", "1"),
        groups={"test": (0, 686)},
        canaries=10,
    )
    banknote_file = DataFile(
        name="data_banknote_authentication.txt",
        sha256="d0539aaed2139ba7a587b3e34fb345ce503ff7d5d33dbf9912d8e195ce425cb9",
        size=46400,
        mirrors=(
            Mirror(
                url="https://archive.ics.uci.edu/static/public/267/banknote+authentication.zip",
                member="data_banknote_authentication.txt",
            ),
            Mirror(
                url="https://archive.ics.uci.edu/ml/machine-learning-databases/00267/"
                "data_banknote_authentication.txt"
            ),
        ),
        licence="CC BY 4.0",
        origin=_UCI_BANKNOTE,
    )
    banknote = Dataset(
        name="banknote",
        title=say("data.title.banknote"),
        kind=Kind.CLASSIFICATION,
        files=(banknote_file,),
        classes=("0", "1"),
        groups={"test": (0, 686)},
        canaries=20,
    )
    return noisynote, banknote, _california()


def _california() -> Dataset:
    archived = "CaliforniaHousing/cal_housing.data"
    return Dataset(
        name="california-housing",
        title=say("data.title.california-housing"),
        kind=Kind.REGRESSION,
        files=(
            DataFile(
                name="cal_housing.data",
                sha256="d3d8a1a722ae78f91134862727d27a70b1415e7d512a89140406248687f4b902",
                size=2092122,
                mirrors=(
                    Mirror(
                        url="https://ndownloader.figshare.com/files/5976036",
                        member=archived,
                        crlf=True,
                    ),
                    Mirror(
                        url="https://raw.githubusercontent.com/lapets/course-data-science/master/"
                        "cal_housing.data"
                    ),
                    Mirror(
                        url="https://www.dcc.fc.up.pt/~ltorgo/Regression/cal_housing.tgz",
                        member=archived,
                        crlf=True,
                    ),
                ),
                licence="public",
                origin="https://lib.stat.cmu.edu/datasets/houses.zip",
            ),
        ),
        classes=(),
        groups={"test": (0, 4_128)},
        canaries=826,
        loader="california_housing",
    )


def _typed() -> tuple[Dataset, ...]:
    return (
        Dataset(
            name="pele",
            title=say("data.title.pele"),
            kind=Kind.CLASSIFICATION,
            files=(),
            classes=("A", "B", "C"),
            groups={"test": (0, 3), "noise": (3, 912)},
            typed=True,
        ),
        Dataset(
            name="abc",
            title=say("data.title.abc"),
            kind=Kind.CLASSIFICATION,
            files=(),
            classes=("A", "B", "C"),
            groups={"test": (0, 3)},
            typed=True,
        ),
        Dataset(
            name="regression",
            title=say("data.title.regression"),
            kind=Kind.REGRESSION,
            files=(),
            classes=(),
            groups={"test": (0, 2)},
            typed=True,
        ),
    )
