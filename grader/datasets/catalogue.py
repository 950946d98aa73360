"""The datasets that assignments can name: each a folder with a ``dataset.toml``.

Those that come with the grader stand beside this module. Other packages bring theirs by an entry point of
the group ``grader.datasets``, whose value names the package that is such a folder.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from grader.datasets.dataset import Dataset, Loads
from grader.datasets.read_definition import FILE, Home, read_definition
from grader.model.errors import CourseError
from grader.words import say
from grader.words.mistake_words import nearest

if TYPE_CHECKING:
    from grader.model.message import Message

GROUP = "grader.datasets"
OWN = "data"
"""What ``[data] dataset`` says where an assignment brings its own, in its folder of that name."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


def dataset(name: str) -> Dataset:
    """Return the dataset called ``name``.

    Raises:
        CourseError: there is none; the message holds the nearest name, or all of them. Or its
            ``dataset.toml`` has mistakes.
    """
    homes = _homes()
    if name in homes:
        return _defined(name)
    near = nearest(name, homes)
    if near is not None:
        raise CourseError(say("unknown-dataset-near-miss", name=name, near=near))
    raise CourseError(say("unknown-dataset", name=name, names=", ".join(homes)))


def names() -> tuple[str, ...]:
    """Return the name of every dataset, in the order in which they are shown.

    Raises:
        CourseError: another package's entry point names no folder with a ``dataset.toml``, or a name that is
            taken.
    """
    return tuple(_homes())


def loaders() -> Mapping[str, Loads]:
    """Return what is known of each module of ``keras.datasets`` that one of the datasets is loaded by.

    Raises:
        CourseError: as for :func:`names`, or a ``dataset.toml`` has mistakes.
    """
    known = (dataset(name) for name in names())
    return {entry.loader: entry.loads for entry in known if entry.loader is not None}


def find_homes(entries: Iterable[EntryPoint]) -> Mapping[str, Home]:
    """Return where the definition of every dataset stands, by name; ``entries`` are other packages'.

    Raises:
        CourseError: as for :func:`names`, all mistakes at once.
    """
    here = Path(__file__).parent
    homes = {
        folder.name.replace("_", "-"): Home(
            folder=folder, where=f"{folder.name}/{FILE}", package=f"{__package__}.{folder.name}"
        )
        for folder in sorted(file.parent for file in here.glob(f"*/{FILE}"))
    }
    mistakes: list[Message] = []
    for entry in sorted(entries, key=lambda one: (one.name, one.value)):
        folder = _folder_of(entry.value)
        why: Message | None = None
        if entry.name in homes:
            why = say("plugin-name-taken", others=homes[entry.name].package.partition(".")[0])
        elif not _NAME.fullmatch(entry.name) or entry.name == OWN:
            why = say("plugin.dataset_name")
        elif folder is None or not (folder / FILE).is_file():
            why = say("plugin.dataset_missing", file=FILE)
        else:
            homes[entry.name] = Home(folder=folder, where=f"{entry.value}/{FILE}", package=entry.value)
        if why is not None:
            package = entry.dist.name if entry.dist else entry.module
            mistakes.append(
                say(
                    "plugin-refused",
                    name=entry.name,
                    package=package,
                    group=GROUP,
                    value=entry.value,
                    why=why,
                )
            )
    if mistakes:
        raise CourseError(*mistakes)
    return homes


@cache
def _homes() -> Mapping[str, Home]:
    return find_homes(entry_points(group=GROUP))


@cache
def _defined(name: str) -> Dataset:
    return read_definition(name, _homes()[name])


def _folder_of(package: str) -> Path | None:
    """Return the folder of a package, without running its code."""
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        return None
    places = None if spec is None else spec.submodule_search_locations
    return Path(next(iter(places))) if places else None
