"""The plugins that pages show, whole, put where the page says."""

import importlib.util
import re
import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from grader.plugins.registry import Kind, load_plugins
from tests.house.documents import ROOT, fenced, section, text_of

CONTRIBUTING = "CONTRIBUTING.md"


def shown(title: str, language: str, page: str = CONTRIBUTING) -> list[str]:
    """Return the blocks of ``language`` in the section ``title``."""
    return fenced(section(text_of(page), title), language)


def place_named(title: str) -> str:
    """Return the module that a section of CONTRIBUTING.md tells to write in, as a path from the top."""
    named = re.search(r"`(grader/[\w/]+\.py)`", section(text_of(CONTRIBUTING), title))
    assert named is not None
    return named[1]


def enter(
    title: str, kind: Kind, folder: Path, patch: pytest.MonkeyPatch, *, page: str = CONTRIBUTING
) -> Any:
    """Return the plugin of a section: its module as it would stand, loaded by the entry point shown."""
    ((group, names),) = tomllib.loads(shown(title, "toml", page)[0])["project"]["entry-points"].items()
    ((name, value),) = names.items()
    assert group == kind.group
    module = value.partition(":")[0]
    place = ROOT / f"{module.replace('.', '/')}.py"
    (written,) = shown(title, "python", page)
    before = place.read_text(encoding="utf-8") if place.exists() else ""
    file = folder / place.name
    file.write_text(f"{before}\n\n{written}", encoding="utf-8")
    spec = importlib.util.spec_from_file_location(module, file)
    assert spec is not None
    assert spec.loader is not None
    patch.setitem(sys.modules, module, importlib.util.module_from_spec(spec))
    spec.loader.exec_module(sys.modules[module])
    return load_plugins(kind, entries=[EntryPoint(name, value, group)])[name]
