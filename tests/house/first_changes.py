"""The first changes that CONTRIBUTING.md shows, put where the page says."""

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


def shown(title: str, language: str) -> list[str]:
    """Return the blocks of ``language`` in the section ``title``."""
    return fenced(section(text_of("CONTRIBUTING.md"), title), language)


def enter(title: str, kind: Kind, folder: Path, patch: pytest.MonkeyPatch) -> Any:
    """Return the plugin of a section: its module as it would stand, loaded by the entry point shown."""
    named = re.search(r"`(grader/[\w/]+\.py)`", section(text_of("CONTRIBUTING.md"), title))
    assert named is not None
    place = ROOT / named[1]
    (written,) = shown(title, "python")
    before = place.read_text(encoding="utf-8") if place.exists() else ""
    file = folder / place.name
    file.write_text(f"{before}\n\n{written}", encoding="utf-8")
    module = named[1].removesuffix(".py").replace("/", ".")
    spec = importlib.util.spec_from_file_location(module, file)
    assert spec is not None
    assert spec.loader is not None
    patch.setitem(sys.modules, module, importlib.util.module_from_spec(spec))
    spec.loader.exec_module(sys.modules[module])
    ((group, names),) = tomllib.loads(shown(title, "toml")[0])["project"]["entry-points"].items()
    ((name, value),) = names.items()
    assert (group, value.partition(":")[0]) == (kind.group, module)
    return load_plugins(kind, entries=[EntryPoint(name, value, group)])[name]
