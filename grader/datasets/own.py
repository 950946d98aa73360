"""A course's own data: ``dataset.toml`` in the folder ``data`` of an assignment."""

from pathlib import Path

from grader.datasets.catalogue import loaders
from grader.datasets.dataset import Dataset
from grader.datasets.prepare import DEFINITION, Prepared, prepare_dataset, prepared_in
from grader.datasets.read_definition import FILE, Home, read_definition
from grader.model.errors import DataMissing
from grader.words import say


def own_dataset(assignment: Path) -> Dataset:
    """Return the dataset that the assignment in the folder ``assignment`` brings, under its slug.

    Its hidden files are kept where the reference solution is, which no student receives.

    Raises:
        CourseError: with every mistake of its ``dataset.toml``, or because there is none.
    """
    slug, course = assignment.name, assignment.parent.parent
    home = Home(
        folder=assignment / "data",
        where=f"assignments/{slug}/data/{FILE}",
        private=course / "reference_solutions" / slug,
    )
    return read_definition(slug, home, loaders=loaders)


def own_names(course: Path) -> tuple[str, ...]:
    """Return the name of every assignment of ``course`` that brings a dataset of its own."""
    return tuple(sorted(file.parent.parent.name for file in course.glob(f"assignments/*/data/{FILE}")))


def prepare_own(
    assignment: Path, *, data_dir: Path | None, cache: Path, without_hidden: bool = False
) -> Prepared:
    """Return the own dataset of ``assignment`` ready to be served.

    Raises:
        CourseError, DataMissing, StorageError: as for :func:`prepare_dataset`.
    """
    entry = own_dataset(assignment)
    return prepare_dataset(entry, data_dir=data_dir, cache=cache, without_hidden=without_hidden)


def find_prepared(name: str, digest: str, cache: Path) -> Prepared:
    """Return the own dataset ``name`` that was prepared under ``digest``; its course need not be here.

    Raises:
        DataMissing: none was.
    """
    for folder in sorted((cache / "prepared").glob(f"{name}-*")):
        if (folder / DEFINITION).is_file():
            home = Home(folder=(folder / DEFINITION).parent, where=f"{name}/{FILE}")
            prepared = prepared_in(folder, read_definition(name, home, loaders=loaders), cache)
            if prepared is not None and prepared.digest == digest:
                return prepared
    raise DataMissing(say("ordered-thing-missing", name=name))
