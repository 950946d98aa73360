"""Programs in other languages than Python, told by name: R, Julia and what else notebooks are written in."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from grader.readers.plain_text import plain_line

_NAMES = {
    "r": "R",
    "ir": "R",
    "webr": "R",
    "xr": "R",
    "julia": "Julia",
    "octave": "Octave",
    "xoctave": "Octave",
}
_SUFFIXES = {
    ".r": "R",
    ".rmd": "R",
    ".qmd": "Quarto",
    ".jl": "Julia",
    ".m": "MATLAB",
    ".mlx": "MATLAB",
    ".java": "Java",
    ".c": "C",
    ".cpp": "C++",
    ".js": "JavaScript",
}
_PYTHON = re.compile(r"python|^(?:ipy|sage)", re.IGNORECASE)
# What Python's programs have and R's and Julia's do not: metadata may be left over from another notebook.
_IMPORTS = re.compile(
    r"^\s*(?:from\s+[\w.]+\s+import\s|import\s+(?:numpy|tensorflow|keras|tf_keras|sklearn|pandas|torch|scipy"
    r"|matplotlib|os|sys|math|random|time|json|re|warnings|seaborn)\b)",
    re.MULTILINE,
)
_LONGEST = 30


def language_of_notebook(languages: Iterable[str], kernels: Iterable[str], code: str) -> str | None:
    """Return the language of a notebook that is no Python, by what its metadata and its code say.

    A kernel may have been called anything by whoever installed it: only the well-known names tell.
    """
    known = (name for name in kernels if _base(name) in _NAMES)
    names = [name for name in (*languages, *known) if name.strip()]
    if not names or any(_PYTHON.search(name) for name in names) or _IMPORTS.search(code):
        return None
    plain = plain_line(names[0], limit=_LONGEST)
    return _NAMES.get(_base(plain), plain)


def language_of_file(name: str) -> str | None:
    """Return the language of a program that is no Python, by its ending."""
    return _SUFFIXES.get(PurePosixPath(name).suffix.casefold())


def _base(name: str) -> str:
    """Return a name without a version: ``julia-1.9`` is ``julia``."""
    return re.split(r"[-\d. ]", name.casefold(), maxsplit=1)[0]
