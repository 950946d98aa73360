"""Folders around a whole class, which are no students: ``Turma A/``, ``export/Turma A/``.

What an LMS named is certain. Where names are a teacher's own, folders are taken for students' only as far as
what stands in them says so, and who reads is told: one student with ``src/`` and ``tests/`` is no class.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.coursefiles.choose_main import is_training
from grader.coursefiles.file_names import is_accepted, is_program, without_accepted_suffix
from grader.coursefiles.gradescope import LIST_OF_SUBMITTERS
from grader.coursefiles.lms_names import read_lms_name
from grader.coursefiles.newest_try import folded, same_person, tries
from grader.coursefiles.read_submission import entries, kind_of
from grader.model.errors import SubmissionError

_DEEPEST = 3
_MANY = 3
# Parts of one student's work, whatever number stands behind them.
_PARTS = re.compile(
    r"(?:src|sources?|fontes?|code|codigos?|tests?|testes?|libs?|utils?|data|dados|datasets?|notebooks?"
    r"|scripts?|models?|modelos?|docs?|img|imgs|images|imagens|figs?|figures|figuras|results|resultados|work"
    r"|trabalho|final|old|antigos?|backup|rascunhos?|main|train|treino|aux|extras?|parte?|ex|exerc\w*|q"
    r"|quest\w*|lista|tarefa|item|attempt|tentativa|version|versao|v|aula|semana|week|lab|program\w*)"
    r"[-_. ]*[\divx]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """The folders that stand around a class, and whether an LMS's names say so."""

    folders: tuple[Path, ...]
    certain: bool


def folders_around(
    found: Sequence[Path], assignments: Collection[str], depth: int = _DEEPEST
) -> Around | None:
    """Return the folders of ``found`` if they stand around a class; all of them or none.

    A student among others cannot become a class by the names of her files.
    """
    folders = tuple(p for p in found if kind_of(p) == "folder")
    loose = [p for p in found if kind_of(p) == "file" and (is_accepted(p.name) or read_lms_name(p.name))]
    if not folders or loose or any(p.name in assignments or read_lms_name(p.name) for p in folders):
        return None
    exported = [_exported(p, depth) for p in folders]
    inside = [_inside(p) for p in folders]
    one = len(folders) == 1
    students = set().union(*(e for e in exported if e))
    # A folder's name is the system's own to its end; a student's file may be named like an exported one.
    sure = one and all(kind_of(p) == "folder" for p in inside[0])
    if None not in exported and (len(students) > 1 or sure):
        return Around(folders=folders, certain=True)
    if one and depth and folders_around(inside[0], assignments, depth - 1):
        return Around(folders=folders, certain=False)
    is_class = _is_class(inside[0], assignments) if one else _are_groups(inside, assignments)
    return Around(folders=folders, certain=False) if is_class else None


def _exported(folder: Path, depth: int) -> set[str] | None:
    """Return the students of an export that lies in ``folder``, in folders below it too; or None."""
    inside = [
        p
        for p in _inside(folder)
        if kind_of(p) == "folder" or is_accepted(p.name) or read_lms_name(p.name) is not None
    ]
    named = [read_lms_name(p.name) for p in inside]
    if read_lms_name(folder.name) is not None or not inside:
        return None
    if None not in named:
        return {name.student for name in named if name is not None}
    if depth == 0 or any(named) or any(kind_of(p) != "folder" for p in inside):
        return None
    below = [_exported(p, depth - 1) for p in inside]
    return None if None in below else set().union(*(b for b in below if b))


def _is_class(inside: Sequence[Path], assignments: Collection[str]) -> bool:
    """Return whether what stands in the only folder is several students', or assignments' folders of one."""
    folders = [p for p in inside if kind_of(p) == "folder"]
    files = [p for p in inside if kind_of(p) == "file" and is_accepted(p.name)]
    if folders and not files and all(p.name in assignments for p in folders):
        return any(_is_class(_inside(p), assignments) for p in folders)
    if any(p.name in assignments for p in folders):
        return False
    if files:
        return _are_peoples_files(files, assignments)
    if any(_PARTS.fullmatch(folded(p.name)) for p in folders):
        return False
    works = [_works(p, assignments) for p in folders]
    placed = any(
        inner.name in assignments for p in folders for inner in _inside(p) if kind_of(inner) == "folder"
    )
    return sum(map(bool, works)) > 1 or placed


def _are_groups(inside: Sequence[Sequence[Path]], assignments: Collection[str]) -> bool:
    """Return whether several folders are groups of students and not students: one work under many names."""
    people = [p for each in inside for p in each if kind_of(p) == "folder"]
    names = [folded(p.name) for p in people]
    files = [p for each in inside for p in each if kind_of(p) == "file" and is_accepted(p.name)]
    if files or len(people) <= len(inside) or len(set(names)) < len(names):
        return False
    if any(_PARTS.fullmatch(name) or name in assignments for name in names):
        return False
    works = [_works(p, assignments) for p in people]
    return all(works) and bool(set.intersection(*works))


def _are_peoples_files(files: Sequence[Path], assignments: Collection[str]) -> bool:
    """Return whether each file is somebody's whole work: an archive, or of three and more a whole program."""
    stems = [without_accepted_suffix(p.name) for p in files]
    programs = [p for p in files if is_program(p.name)]
    few = _MANY if programs and not _are_titled(stems) else 2
    if len(files) < few or len(set(same_person(stems, "").values())) < len(files):
        return False
    called = [folded(stem) for stem in stems]
    if any(_PARTS.fullmatch(name) or not re.search(r"[^\W\d_]{2}", name) for name in called):
        return False
    if any(name == folded(a) for name in called for a in assignments):
        return False
    holding = [any(f"-{folded(a)}-" in f"-{name}-" for a in assignments) for name in called]
    if any(holding) and not _are_titled(stems):
        return False
    return all(is_training(p) for p in programs)


def _are_titled(stems: Sequence[str]) -> bool:
    """Return whether the names are people's with one title: ``Ana Silva - Tarefa 1``, ``Tarefa 1 - Bia``."""
    parts = [stem.partition(" - ") for stem in stems]
    fronts, backs = {front for front, _, _ in parts}, {back for _, _, back in parts}
    return all(back for _, _, back in parts) and sorted((len(fronts), len(backs))) == [1, len(stems)]


def _works(folder: Path, assignments: Collection[str], depth: int = _DEEPEST) -> set[str]:
    """Return the programs, archives and assignments' folders in ``folder`` and below, without marks."""
    inside = _inside(folder)
    stems = [without_accepted_suffix(p.name) for p in inside if kind_of(p) == "file" and is_accepted(p.name)]
    found = {base for a in (*assignments, "") for base, _ in tries(stems, a).values()}
    for below in (p for p in inside if kind_of(p) == "folder"):
        found |= {below.name} if below.name in assignments else set()
        found |= _works(below, assignments, depth - 1) if depth else set()
    return found


def _inside(folder: Path) -> tuple[Path, ...]:
    try:
        return tuple(p for p in entries(folder) if p.name != LIST_OF_SUBMITTERS)
    except SubmissionError:
        return ()
