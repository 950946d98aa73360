"""What file names tell: litter that nobody meant to hand in, programs, archives, folders around all files."""

from collections.abc import Container, Iterable
from pathlib import PurePosixPath

from grader.coursefiles.lms_names import read_lms_name
from grader.coursefiles.other_languages import language_of_file

PROGRAMS = (".ipynb", ".py")
OTHER_ARCHIVES = (".tar", ".gz", ".tgz", ".rar", ".7z", ".bz2", ".xz")
_DOCUMENTS = (".pdf", ".docx", ".doc", ".odt", ".rtf", ".html", ".htm")
_LITTER = frozenset(
    {"__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini"}
    | {"venv", "site-packages", "dist-packages", "node_modules"}  # came along, and nobody wrote them
)
_ENVIRONMENT = "pyvenv.cfg"
_ENVIRONMENTS_OWN = frozenset({"bin", "lib", "lib64", "include", "scripts", "share", "etc", _ENVIRONMENT})


def is_litter(name: str) -> bool:
    """Return whether a path is hidden or a by-product: ``.git/…``, ``._mlp2.py``, ``__MACOSX/…``.

    A student may be called ``.ana``: what an LMS named is no litter, but for what a Mac puts beside it.
    """
    return any(part in _LITTER or _is_hidden(part) for part in name.split("/"))


def without_environments(names: Iterable[str]) -> list[str]:
    """Return ``names`` without what belongs to a virtual environment, whatever its folder is called.

    An environment may have been made in the folder of the work itself: the work stays.
    """
    found = list(names)
    tops = {name.removesuffix(_ENVIRONMENT) for name in found if f"/{name}".endswith(f"/{_ENVIRONMENT}")}
    return [name for name in found if not (tops and _is_below(name, tops))]


def _is_below(name: str, tops: Container[str]) -> bool:
    """Return whether ``name`` is one of an environment's own files or folders, or lies in one."""
    parts = name.split("/")
    return any(
        part.casefold() in _ENVIRONMENTS_OWN and "".join(f"{p}/" for p in parts[:depth]) in tops
        for depth, part in enumerate(parts)
    )


def _is_hidden(part: str) -> bool:
    hidden = part.startswith(".") and part not in (".", "..")
    return hidden and (part.startswith("._") or read_lms_name(part) is None)


def is_program(name: str) -> bool:
    """Return whether ``name`` is a notebook's or a script's."""
    return name.lower().endswith(PROGRAMS)


def is_accepted(name: str) -> bool:
    """Return whether ``name`` is one that a submission may consist of alone."""
    return name.lower().endswith((*PROGRAMS, ".zip"))


def without_accepted_suffix(name: str) -> str:
    """Return ``name`` without ``.ipynb``, ``.py`` or ``.zip``; other dots are part of people's names."""
    return name[: name.rindex(".")] if is_accepted(name) else name


def is_document(name: str) -> bool:
    """Return whether ``name`` is a text's for people, a notebook's printed pages among them."""
    return name.lower().endswith(_DOCUMENTS)


def is_work(name: str) -> bool:
    """Return whether ``name`` is such as somebody may have handed in, readable here or not."""
    other = name.lower().endswith((*OTHER_ARCHIVES, *_DOCUMENTS)) or language_of_file(name) is not None
    return is_accepted(name) or other


def without_work_suffix(name: str) -> str:
    """Return ``name`` without the ending of a file that somebody may have handed in."""
    if not is_work(name):
        return name
    return name[: name.rindex(".")].removesuffix(".tar")


def common_folder(names: Iterable[str]) -> str:
    """Return the folders that hold every one of ``names``, with a slash at the end, or nothing."""
    folders = [PurePosixPath(name).parts[:-1] for name in names]
    shared: list[str] = []
    for parts in zip(*folders, strict=False):
        if len(set(parts)) != 1:
            break
        shared.append(parts[0])
    return "".join(f"{part}/" for part in shared)
