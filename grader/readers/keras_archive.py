"""Looks at a ``.keras`` archive as data: members, sizes, the layer table. Keras itself is never asked.

The archive was written inside a sandbox, by a process shared with the submission. What stands here is
what the file claims; a claim counts only for the model that sandbox B could replay from this very file.
"""

import io
import json
import re
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any

from grader.readers.keras_config import Found, read_config
from grader.readers.layer_table import LayerRow, layer_rows
from grader.readers.plain_text import plain_line
from grader.readers.refused import Refused
from grader.words import say

MAX_ARCHIVE_BYTES = 512 * 1024 * 1024
_MAX_UNPACKED_BYTES = 1024 * 1024 * 1024
_MAX_CONFIG_BYTES = 8 * 1024 * 1024
_MAX_METADATA_BYTES = 64 * 1024
_MAX_ASSETS_BYTES = 64 * 1024 * 1024
_MAX_MEMBERS = 200
_MAX_NAME = 400
_MAX_RATIO = 200
_NEEDED = ("metadata.json", "config.json", "model.weights.h5")
_WITH_ASSETS = frozenset({"TextVectorization", "StringLookup", "IntegerLookup"})
_VERSION = re.compile(r"[23]\.\d{1,4}(?:\.\d{1,4})?[0-9A-Za-z.+-]{0,40}", re.ASCII)
_DIRECTORY_ENTRY = b"PK\x01\x02"
_HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
_ENCRYPTED = 0x1
_NAME_SHOWN = 80
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    OSError,
    EOFError,
    ValueError,
    KeyError,
)
"""What zipfile raises on bytes that are no zip, or not one it knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """What a ``.keras`` archive says of its model.

    ``layers`` are the class names of all layers, those inside nested models and wrappers included, in the
    order of the file; ``custom`` the classes and functions that Keras does not bring along, whose inside
    the file does not show, ``foreign`` those among them that name a module of their own; ``inputs`` the
    shapes of one row per input, None for a free size. ``rows`` is the layer table, models inside spread out.
    """

    layers: tuple[str, ...]
    custom: tuple[str, ...]
    inputs: tuple[tuple[int | None, ...], ...]
    keras_version: str
    foreign: tuple[str, ...] = ()
    rows: tuple[LayerRow, ...] = ()


def read_keras_archive(content: bytes) -> ModelFile | Refused:
    """Return what the archive in ``content`` says, or why it is refused. Never raises.

    Refused are files that are no such archive (HDF5 files renamed, other zips), members that no model has,
    archives that unpack to too much, ``Lambda`` layers, and configurations that name what is no layer nor
    a part of one, or a file or address outside. ``assets/`` is honest in a model with a layer that keeps
    its vocabulary there.
    """
    if len(content) > MAX_ARCHIVE_BYTES:
        return Refused(reason=say("artifact-too-large", size=len(content), limit=MAX_ARCHIVE_BYTES))
    # Counted before zipfile builds an object for every entry: millions of them cost minutes.
    if not content.startswith(b"PK\x03\x04") or content.count(_DIRECTORY_ENTRY) > _MAX_MEMBERS:
        return Refused(reason=say("not-a-keras-archive"))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _refused_members(archive.infolist(), len(content)) or _look_inside(archive)
    except _DAMAGED:
        # Damaged, encrypted or of a kind that zipfile does not know: whichever it says, no model.
        return Refused(reason=say("not-a-keras-archive"))


def _refused_members(members: list[zipfile.ZipInfo], size: int) -> Refused | None:
    """Return why the table of contents is not that of a model, before anything is unpacked."""
    names = [member.filename for member in members]
    if any(names.count(needed) != 1 for needed in _NEEDED) or len(names) > _MAX_MEMBERS:
        return Refused(reason=say("not-a-keras-archive"))
    for member in members:
        name = member.filename
        if not _plain_member(member) or names.count(name) != 1:
            return Refused(
                reason=say("keras-archive-unknown-member", name=plain_line(name, limit=_NAME_SHOWN))
            )
        if member.file_size > _MAX_RATIO * max(member.compress_size, 1) + 1024:
            return _too_large(name, member.file_size)
    assets = sum(member.file_size for member in members if member.filename not in _NEEDED)
    if assets > _MAX_ASSETS_BYTES:
        return _too_large("assets", assets)
    unpacked = sum(member.file_size for member in members)
    if unpacked > _MAX_UNPACKED_BYTES or sum(member.compress_size for member in members) > size:
        return _too_large("*", unpacked)
    return None


def _plain_member(member: zipfile.ZipInfo) -> bool:
    """Return whether a member is a plain file that a model has, packed as Keras packs."""
    name = member.filename
    places = name.split("/")
    asset = places[0] == "assets" and len(places) > 1 and not {"", ".", ".."}.intersection(places)
    known = name in _NEEDED or (asset and len(name) <= _MAX_NAME and name.isprintable() and "\\" not in name)
    packed = member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    link = stat.S_ISLNK(member.external_attr >> 16)
    return known and packed and not link and not member.flag_bits & _ENCRYPTED


def _look_inside(archive: zipfile.ZipFile) -> ModelFile | Refused:
    with archive.open("model.weights.h5") as weights:
        if weights.read(len(_HDF5_MAGIC)) != _HDF5_MAGIC:
            return Refused(reason=say("keras-archive-unknown-member", name="model.weights.h5"))
    config = _read_json(archive, "config.json", _MAX_CONFIG_BYTES)
    if isinstance(config, Refused):
        return config
    metadata = _read_json(archive, "metadata.json", _MAX_METADATA_BYTES)
    if isinstance(metadata, Refused):
        return metadata
    version = metadata.get("keras_version") if isinstance(metadata, dict) else None
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        return Refused(reason=say("model-config-unreadable", name="metadata.json"))
    return _model_file(config, version, [name for name in archive.namelist() if name not in _NEEDED])


def _model_file(config: Any, version: str, assets: list[str]) -> ModelFile | Refused:
    found = read_config(config)
    if not isinstance(found, Found):
        return found
    if assets and not found.custom and not _WITH_ASSETS.intersection(found.layers):
        return Refused(
            reason=say("keras-archive-unknown-member", name=plain_line(assets[0], limit=_NAME_SHOWN))
        )
    return ModelFile(
        layers=found.layers,
        custom=found.custom,
        inputs=found.inputs,
        keras_version=version,
        foreign=found.foreign,
        rows=layer_rows(config),
    )


def _read_json(archive: zipfile.ZipFile, name: str, most: int) -> Any:
    """Return a member's JSON, read no further than ``most`` bytes whatever its header claims."""
    with archive.open(name) as member:
        content = member.read(most + 1)
    if len(content) > most:
        return _too_large(name, archive.getinfo(name).file_size)
    try:
        return json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        return Refused(reason=say("model-config-unreadable", name=name))


def _too_large(name: str, size: int) -> Refused:
    return Refused(reason=say("keras-archive-too-large", name=plain_line(name, limit=_NAME_SHOWN), size=size))
