"""``dataset.toml`` to a :class:`Dataset`; every mistake is reported at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from grader.datasets.dataset import (
    By,
    DataFile,
    Dataset,
    Form,
    Given,
    Kind,
    Loads,
    Mirror,
    Source,
    Split,
    file_of,
)
from grader.datasets.definition_mistakes import definition_mistakes
from grader.model.digest import digest_bytes
from grader.model.errors import CourseError
from grader.model.message import Message, Text
from grader.readers.read_toml import read_toml
from grader.readers.shape_mistakes import shape_mistakes

if TYPE_CHECKING:
    from grader.datasets import schema

KnownLoaders = Callable[[], Mapping[str, Loads]]
"""What is known of the modules of ``keras.datasets``, by their names."""
FILE = "dataset.toml"
_NUMBERED = ("npy", "idx")
"""Readers of arrays: labels are the numbers of their classes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where a definition stands: in a package, or in a course with a place that students do not have."""

    folder: Path
    where: str
    """What its ``dataset.toml`` is called in messages."""
    package: str = ""
    private: Path | None = None


def read_definition(name: str, home: Home, *, loaders: KnownLoaders = dict) -> Dataset:
    """Return the dataset ``name`` that ``dataset.toml`` in ``home`` defines. No data is read.

    A package says by what its dataset is loaded, a course names one of ``loaders``, which are asked for where
    it does.

    Raises:
        CourseError: with every mistake, each naming file and key.
    """
    file = home.folder / FILE
    raw = read_toml(file, home.where)
    parsed, mistakes = _parse(raw, home)
    known = {} if home.package or "loader" not in raw else loaders()
    mistakes += definition_mistakes(
        raw, home.where, packaged=bool(home.package), folder=home.folder, loaders=known
    )
    if parsed is None or mistakes:
        raise CourseError(*mistakes)
    loads = known.get(parsed.loader or "") or _loads(parsed)
    return _to_dataset(name, parsed, home, loads, definition=digest_bytes(file.read_bytes()))


def _parse(
    raw: dict[str, Any], home: Home
) -> "tuple[schema.DatasetFile | schema.PackagedDatasetFile | None, list[Message]]":
    from pydantic import ValidationError

    from grader.datasets import schema

    whole = schema.PackagedDatasetFile if home.package else schema.DatasetFile
    try:
        return whole.model_validate(raw), []
    except ValidationError as error:
        known = whole.model_json_schema(by_alias=True)
        errors = error.errors(include_url=False)
        return None, shape_mistakes(raw, home.where, errors, known=known, patterns=schema.PATTERNS)


def _loads(parsed: "schema.DatasetFile | schema.PackagedDatasetFile") -> Loads:
    from grader.datasets import schema

    if not isinstance(parsed, schema.PackagedDatasetFile):
        return Loads()
    table = parsed.loads
    return Loads(
        file=table.file or "",
        openml=table.openml or "",
        sklearn=table.sklearn or "",
        columns=tuple(table.columns),
        target=table.target or "",
    )


def _to_dataset(
    name: str,
    parsed: "schema.DatasetFile | schema.PackagedDatasetFile",
    home: Home,
    loads: Loads,
    *,
    definition: str,
) -> Dataset:
    from grader.datasets import schema

    split = None if parsed.split is None else _split(parsed.split)
    files = tuple(_file(table) for table in parsed.file)
    image = parsed.image
    packaged = parsed if isinstance(parsed, schema.PackagedDatasetFile) else None
    groups = {} if packaged is None else {n: (r[0], r[1]) for n, r in packaged.groups.items()}
    return Dataset(
        name=name,
        title=Text(parsed.title.pt, parsed.title.en),
        kind=Kind(parsed.kind),
        files=files,
        classes=tuple(parsed.classes),
        groups=groups,
        canaries=parsed.canaries,
        image_shape=None if image is None else (image.height, image.width),
        brightest=255 if image is None else image.brightest,
        loader=parsed.loader,
        loads=loads,
        typed=packaged is not None and packaged.typed,
        reader=parsed.reader,
        layout="files" if packaged is None else packaged.layout,
        split=split,
        form=_form(parsed.table, parsed.reader),
        given=_given(parsed.give, split, files),
        package=home.package,
        shelf=home.folder if home.package else None,
        folder=None if home.package else home.folder,
        private=home.private,
        definition="" if home.package else definition,
    )


def _file(table: "schema.FileTable | schema.PackagedFileTable") -> DataFile:
    from grader.datasets import schema

    if isinstance(table, schema.FileTable):
        return DataFile(
            name=table.name,
            sha256=table.sha256 or "",
            licence=table.licence,
            origin=table.origin,
            hidden=table.hidden,
        )
    mirrors = tuple(Mirror(url=one.url, member=one.member, crlf=one.crlf) for one in table.mirrors)
    return DataFile(
        name=table.name,
        sha256=table.sha256,
        size=table.size,
        mirrors=mirrors,
        licence=table.licence,
        origin=table.origin,
        in_runtime=table.in_runtime,
    )


def _split(table: "schema.SplitTable") -> Split:
    return Split(
        by=By(table.by),
        train=_source(table.train),
        test=_source(table.test),
        whole=_source(table.rows),
        every=table.every or 0,
        start=table.start or 0,
        places=tuple(table.places or ()),
        places_from=table.places_from,
        share=table.share or 0.0,
        seed=table.seed or 0,
    )


def _source(table: "schema.SourceTable | None") -> Source | None:
    if table is None:
        return None
    if table.table is not None:
        return Source(inputs=table.table)
    return Source(inputs=cast("str", table.inputs), target=table.target)  # definition_mistakes has seen to it


def _form(table: "schema.FormTable", reader: str) -> Form:
    return Form(
        header=table.header and reader == "csv",
        delimiter=table.delimiter if reader == "csv" else " ",
        decimal=table.decimal,
        counted=table.counted,
        inputs=tuple(table.inputs),
        also=tuple(table.also),
        target=table.target,
        named=table.labels == "names" and reader not in _NUMBERED,
    )


def _given(
    tables: "list[schema.GiveTable] | None", split: Split | None, files: tuple[DataFile, ...]
) -> tuple[Given, ...]:
    """Return what programs find: as said, else every file of the split that students have, under its name."""
    if tables is not None:
        return tuple(Given(file=one.file, rows=one.rows, columns=one.columns) for one in tables)
    if split is None:
        return ()
    hidden = {file.name for file in files if file.hidden}
    given: list[Given] = []
    for rows, source in (("train", split.train), ("test", split.test), ("all", split.whole)):
        if source is None:
            continue
        if source.target is None:
            given.append(Given(file=source.inputs, rows=rows, columns="all"))
            continue
        given.append(Given(file=source.inputs, rows=rows, columns="inputs"))
        if file_of(source.target) not in hidden:
            given.append(Given(file=source.target, rows=rows, columns="target"))
    return tuple(given)
