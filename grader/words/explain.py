"""The pages of ``grader explain``: for every code, every kind of check and every audit.

Pages stand in ``grader/words/explain/*.toml``, in both languages, each written by hand under the name of a
check, an audit or a code; ``covers`` lists further codes that the page answers for. A code that no page
covers is answered by the page of its hundred (``GR3xx``). Above each stand the sentences that the
catalogue has under the code.
"""

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from grader.model.message import Language
from grader.words.catalogue import codes, sentence

PARTS = ("means", "why", "evidence", "cost", "student", "teacher")
"""What a page says, in this order; ``evidence`` and ``cost`` only where there is something to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page in one language.

    ``sentence`` is what the grader says under the code, its fields in braces; None where ``name`` is no
    code. ``parts`` holds the texts by the names in :data:`PARTS`. ``general``: the page is that of the
    code's hundred, for want of one of its own.
    """

    name: str
    title: str
    sentence: str | None
    parts: Mapping[str, str]
    covers: tuple[str, ...]
    see: tuple[str, ...]
    general: bool


def find_page(asked: str, language: Language) -> Page | None:
    """Return the page that ``asked`` names, by code or key, in any case; None where nothing is called so."""
    by_folded = {key: code for code, key in codes().items()} | {name.casefold(): name for name in names()}
    name = by_folded.get(asked.strip().casefold())
    if name is None:
        return None
    key = _answers_for(name)
    entry = _pages()[key]
    told: Mapping[str, str] = entry["pt" if language is Language.PT else "en"]
    return Page(
        name=name,
        title=told["title"],
        sentence=_with_fields(sentence(codes()[name], language)) if name in codes() else None,
        parts={part: told[part] for part in PARTS if part in told},
        covers=tuple(c for c in entry.get("covers", ()) if c != name and c in codes()),
        see=tuple(entry.get("see", ()))
        if key == name
        else tuple(dict.fromkeys((key, *entry.get("see", ())))),
        general=key.endswith("xx") and key != name,
    )


def names() -> tuple[str, ...]:
    """Return all that can be asked for: checks and audits, hundreds of codes, then the codes."""
    told = [name for name in _pages() if not name.startswith("GR")]
    hundreds = [name for name in _pages() if name.endswith("xx")]
    return (*told, *hundreds, *codes())


def written_pages() -> Mapping[str, Mapping[str, Any]]:
    """Return the hand-written pages as they stand in the files, by name."""
    return _pages()


@cache
def _pages() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    folder = resources.files("grader.words") / "explain"
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            for name, page in tomllib.loads(file.read_text(encoding="utf-8")).items():
                if name in found:
                    raise KeyError(f"{file.name}: {name} has a page already")
                found[name] = page
    return found


def _answers_for(name: str) -> str:
    """Return the name of the page that answers for ``name``: its own, one that covers it, its hundred's."""
    pages = _pages()
    if name in pages:
        return name
    covering = (key for key, page in pages.items() if name in page.get("covers", ()))
    return next(covering, f"{name[:3]}xx")


def _with_fields(template: str) -> str:
    """Return a sentence of the catalogue with its fields named, ``{x:pct}`` as ``{x}``; plurals are words."""
    pieces = string.Formatter().parse(template)
    return "".join(text + _named(field, spec or "") for text, field, spec, _ in pieces)


def _named(field: str | None, spec: str) -> str:
    if field is None:
        return ""
    return spec.partition("|")[2] if "|" in spec else f"{{{field}}}"
