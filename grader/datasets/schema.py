"""The shape of ``dataset.toml``, by pydantic; what may stand in a package's only has a class of its own.

Only ``read_definition`` imports this module: past the door there are no dicts and no pydantic models.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError


def _column(value: Any) -> str | int:
    if isinstance(value, str) and value:
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise PydanticCustomError("needed.column", "a column's name, or its number from 0")


_FILE = r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}"
FileName = Annotated[str, Field(pattern=_FILE + "$")]
RowsName = Annotated[str, Field(pattern=_FILE + r"(:[A-Za-z0-9_]{1,60})?$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Column = Annotated[
    str | int,
    BeforeValidator(_column),
    WithJsonSchema({"anyOf": [{"type": "string", "minLength": 1}, {"type": "integer"}]}),
]
LoaderName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Count = Annotated[int, Field(ge=0)]
Label = Annotated[str, Field(min_length=1, max_length=200)]
PATTERNS = (
    (FileName, "needed.file_name"),
    (RowsName, "needed.rows_name"),
    (Sha256, "needed.sha256"),
    (LoaderName, "needed.loader"),
)


class Table(BaseModel):
    """A TOML table that knows all its keys and takes no text for a number."""

    model_config = ConfigDict(extra="forbid", strict=True, regex_engine="python-re")


class Title(Table):
    """The dataset's name in each language."""

    pt: Annotated[str, Field(alias="pt-BR", min_length=1, max_length=200)]
    en: Annotated[str, Field(min_length=1, max_length=200)]


class FileTable(Table):
    """``[[file]]``: a file of a course's own, beside ``dataset.toml`` or, ``hidden``, where no student is."""

    name: FileName
    sha256: Sha256 | None = None
    hidden: bool = False
    licence: Annotated[str, Field(max_length=200)] = ""
    origin: Annotated[str, Field(max_length=500)] = ""


class MirrorTable(Table):
    """One public home of a file."""

    url: Annotated[str, Field(min_length=1)]
    member: str | None = None
    crlf: bool = False


class PackagedFileTable(Table):
    """``[[file]]`` of a packaged dataset: downloaded, or found in a runtime."""

    name: FileName
    sha256: Sha256
    size: Annotated[int, Field(ge=1)]
    licence: Annotated[str, Field(min_length=1, max_length=200)]
    origin: Annotated[str, Field(min_length=1, max_length=500)]
    mirrors: list[MirrorTable] = []
    in_runtime: str | None = None


class SourceTable(Table):
    """Where rows stand: ``table``, or ``inputs`` and ``target``."""

    table: RowsName | None = None
    inputs: RowsName | None = None
    target: RowsName | None = None


class SplitTable(Table):
    """``[split]``: which rows train and which are graded."""

    by: Literal["files", "even", "every", "indices", "share"]
    train: SourceTable | None = None
    test: SourceTable | None = None
    rows: SourceTable | None = None
    every: Annotated[int | None, Field(ge=2)] = None
    start: Count | None = None
    places: Annotated[list[Count] | None, Field(min_length=1)] = None
    places_from: FileName | None = None
    share: Annotated[float | None, Field(gt=0, lt=1)] = None
    seed: Count | None = None


class FormTable(Table):
    """``[table]``: how a text table is written, and which columns mean what."""

    header: bool = True
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    decimal: Literal[".", ","] = "."
    counted: bool = False
    inputs: list[Column] = []
    also: list[Column] = []
    target: Column | None = None
    labels: Literal["names", "numbers"] = "names"


class ImageTable(Table):
    """``image``: the shape of one row seen as a picture."""

    height: Annotated[int, Field(ge=1, le=4096)]
    width: Annotated[int, Field(ge=1, le=4096)]
    brightest: Annotated[int, Field(ge=1)] = 255


class GiveTable(Table):
    """``[[give]]``: a file in the program's working directory."""

    file: RowsName
    rows: Literal["train", "test", "all"]
    columns: Literal["all", "inputs", "target"] = "all"


class LoadsTable(Table):
    """``[loads]`` of a packaged dataset: the names that libraries have for it."""

    file: FileName | None = None
    openml: Label | None = None
    sklearn: LoaderName | None = None
    columns: list[Label] = []
    target: Label | None = None


class DatasetFile(Table):
    """The whole of a course's own ``dataset.toml``."""

    title: Title
    kind: Literal["classification", "regression"]
    classes: list[Label] = []
    reader: Literal["csv", "text", "npy", "idx", "images"]
    canaries: Count = 10
    image: ImageTable | None = None
    loader: Label | None = None
    split: SplitTable
    table: FormTable = FormTable()
    file: Annotated[list[FileTable], Field(min_length=1, max_length=100)]
    give: list[GiveTable] | None = None


class PackagedDatasetFile(Table):
    """The whole of the ``dataset.toml`` that comes in a package."""

    title: Title
    kind: Literal["classification", "regression"]
    classes: list[Label] = []
    reader: Literal["csv", "text", "npy", "idx", "images", "own"]
    layout: Literal["files", "none", "own"] = "files"
    canaries: Count = 0
    typed: bool = False
    image: ImageTable | None = None
    loader: LoaderName | None = None
    loads: LoadsTable = LoadsTable()
    groups: Annotated[dict[str, Annotated[list[Count], Field(min_length=2, max_length=2)]], Field()] = {}
    split: SplitTable | None = None
    table: FormTable = FormTable()
    file: list[PackagedFileTable] = []
    give: list[GiveTable] | None = None


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a course's ``dataset.toml`` for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **DatasetFile.model_json_schema(by_alias=True),
        "title": "grader dataset.toml",
    }
