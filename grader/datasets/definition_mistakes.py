"""Mistakes of sense in dataset.toml: files that are named nowhere, keys that mean nothing where they stand.

They are looked for in the file as it was read, whatever its shape, so that one wrong key does not hide the
next mistake: what has not the shape that a question needs is passed over here, and told by the schema.
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from grader.datasets.dataset import file_of
from grader.model.message import Message
from grader.words import say
from grader.words.mistake_words import near_miss, shown

_KEYS = {
    "files": (("train", "test"), ()),
    "even": (("rows",), ()),
    "every": (("rows", "every"), ("start",)),
    "indices": (("rows",), ("places", "places_from")),
    "share": (("rows", "share", "seed"), ()),
}
"""By the kind of split: the keys it needs, and those it may have."""
_TABLES = ("csv", "text")
_FEWEST_CLASSES = 2


def definition_mistakes(
    raw: Mapping[str, Any], where: str, *, packaged: bool, folder: Path, loaders: Collection[str] = ()
) -> list[Message]:
    """Return what cannot be meant in ``raw``, the content of the ``dataset.toml`` called ``where``.

    ``loaders`` are those that a course's own data may name.
    """
    return [
        *(() if packaged else _loader(raw, where, loaders)),
        *_classes(raw, where),
        *_files(raw, where, packaged=packaged, folder=folder),
        *_split(raw, where, packaged=packaged),
        *_dangling(raw, where),
        *_columns(raw, where),
    ]


def _classes(raw: Mapping[str, Any], where: str) -> Iterator[Message]:
    kind, classes = raw.get("kind"), _list(raw.get("classes"))
    if kind == "classification" and len(classes) < _FEWEST_CLASSES:
        needed = say("needed.some_items", limit=_FEWEST_CLASSES)
        yield say("impossible-value", file=where, key="classes", got=shown(classes), needed=needed)
    if kind == "regression" and classes:
        yield say("dataset-key-without-meaning", file=where, key="classes", because='kind = "regression"')
    texts = [str(one) for one in classes]
    for twice in sorted({text for text in texts if texts.count(text) > 1}):
        yield say("dataset-name-twice", file=where, key="classes", name=shown(twice))


def _loader(raw: Mapping[str, Any], where: str, loaders: Collection[str]) -> Iterator[Message]:
    name = raw.get("loader")
    if isinstance(name, str) and name not in loaders:
        yield say(
            "unknown-name",
            file=where,
            key="loader",
            name=shown(name),
            hint=near_miss(name, loaders),
            available=", ".join(sorted(loaders)),
        )


def _files(raw: Mapping[str, Any], where: str, *, packaged: bool, folder: Path) -> Iterator[Message]:
    tables = [one for one in _list(raw.get("file")) if isinstance(one, dict)]
    names = [one["name"] for one in tables if isinstance(one.get("name"), str)]
    for twice in sorted({name for name in names if names.count(name) > 1}):
        yield say("dataset-name-twice", file=where, key="file", name=shown(twice))
    if packaged:
        return
    for number, table in enumerate(tables, start=1):
        hidden, name = table.get("hidden") is True, table.get("name")
        if not hidden and "sha256" not in table:
            yield say("missing-key", file=where, key=f"file.{number}.sha256")
        if hidden and "sha256" in table:
            yield say("hidden-file-with-checksum", file=where, key=f"file.{number}.sha256")
        if hidden and isinstance(name, str) and "/" not in name and _lies(folder, name):
            yield say("hidden-file-in-public-folder", file=where, name=shown(name))


def _lies(folder: Path, name: str) -> bool:
    """Return whether there is such a file; under a name that no file system takes there is none."""
    try:
        return (folder / name).exists()
    except OSError:
        return False


def _split(raw: Mapping[str, Any], where: str, *, packaged: bool) -> Iterator[Message]:
    split = raw.get("split")
    if isinstance(split, dict):
        yield from _split_keys(split, where)
        for key in ("train", "test", "rows"):
            if isinstance(split.get(key), dict):
                yield from _source(split[key], f"split.{key}", where)
    elif split is None and packaged and raw.get("reader") != "own":
        yield say("missing-key", file=where, key="split")


def _split_keys(split: Mapping[str, Any], where: str) -> Iterator[Message]:
    """Hold the keys of a split against its kind."""
    by = split.get("by")
    if not isinstance(by, str) or by not in _KEYS:
        return
    must, may = _KEYS[by]
    for key in must:
        if key not in split:
            yield say("missing-key", file=where, key=f"split.{key}")
    for key in split:
        known = any(key in (*some, *others) for some, others in _KEYS.values())
        if known and key not in (*must, *may):
            yield say("dataset-key-without-meaning", file=where, key=f"split.{key}", because=f'by = "{by}"')
    if by == "indices" and ("places" in split) == ("places_from" in split):
        yield say("dataset-one-of-two", file=where, key="split", one="places", other="places_from")


def _source(source: Mapping[str, Any], key: str, where: str) -> Iterator[Message]:
    if ("table" in source) == ("inputs" in source or "target" in source):
        yield say("dataset-one-of-two", file=where, key=key, one="table", other="inputs, target")
    elif "table" not in source:
        for lacking in sorted({"inputs", "target"} - source.keys()):
            yield say("missing-key", file=where, key=f"{key}.{lacking}")


def _dangling(raw: Mapping[str, Any], where: str) -> Iterator[Message]:
    """Yield every place where the split names a file that no ``[[file]]`` declares."""
    names = [one.get("name") for one in _list(raw.get("file")) if isinstance(one, dict)]
    declared = [name for name in names if isinstance(name, str)]
    split = raw.get("split")
    if not isinstance(split, dict):
        return
    used = [(f"split.{part}.{key}", name) for part, key, name in _sources(split)]
    used.append(("split.places_from", split.get("places_from")))
    for key, name in used:
        if isinstance(name, str) and file_of(name) not in declared:
            yield say(
                "unknown-name",
                file=where,
                key=key,
                name=shown(file_of(name)),
                hint=near_miss(file_of(name), declared),
                available=", ".join(declared),
            )


def _columns(raw: Mapping[str, Any], where: str) -> Iterator[Message]:
    table = raw.get("table")
    table = table if isinstance(table, dict) else {}
    reader = raw.get("reader")
    split = raw.get("split")
    split = split if isinstance(split, dict) else {}
    whole = any(key == "table" for _, key, _ in _sources(split))
    if (reader in _TABLES or reader == "npy") and whole and "target" not in table:
        yield say("missing-key", file=where, key="table.target")
    if not (reader in ("text", "npy") or (reader == "csv" and table.get("header") is False)):
        return
    named = [("table.target", table.get("target"))]
    named += [(f"table.{key}", name) for key in ("inputs", "also") for name in _list(table.get(key))]
    for key, name in named:
        if isinstance(name, str):
            yield say("column-name-without-header", file=where, key=key, name=shown(name))


def _sources(split: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for part in ("train", "test", "rows"):
        source = split.get(part)
        if isinstance(source, dict):
            for key in ("table", "inputs", "target"):
                if key in source:
                    yield part, key, source[key]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
