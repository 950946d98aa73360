"""A new course: one running assignment, its solution and record, an example handed in, a check for CI."""

import json
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from grader.files.write_folder import is_free, write_folder
from grader.model.errors import CourseError, StorageError
from grader.model.message import Language
from grader.readers.plain_text import plain_line
from grader.words import say
from grader.words.problems import problem_told

_PACKED = ".txt"
"""Programs and pages are packed under names that no tool takes for ours."""
PLACES = {
    "gitignore": ".gitignore",
    "course.yml": ".github/workflows/course.yml",
    "digits.py": "submissions/exemplo/digits/digits.py",
}
"""Where files go that stand elsewhere in the package."""
_LONGEST_NAME = 200
_NAMELESS = {Language.PT: "Curso", Language.EN: "Course"}
READMES = {Language.PT: "README.pt-BR.md", Language.EN: "README.en.md"}
"""The course's own README in each language: one of them is written."""


def begin_course(folder: Path, *, name: str, language: Language) -> tuple[str, ...]:
    """Write a new course into ``folder``, whole or not at all, and return the files' names.

    Raises:
        CourseError: something stands there already.
        StorageError: it could not be written.
    """
    files = _files(plain_line(name, limit=_LONGEST_NAME) or _NAMELESS[language], language)
    try:
        if not is_free(folder):
            raise CourseError(say("init.not_empty", folder=str(folder)))
        write_folder(folder, files)
    except OSError as problem:
        told = problem_told(problem)
        raise StorageError(say("init.not_written", folder=str(folder), problem=told)) from None
    return tuple(sorted(files))


def _files(name: str, language: Language) -> dict[str, bytes]:
    keys = {"name": name, "language": language.value}
    lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in keys.items())
    files = {"course.toml": "".join(lines).encode()}
    for packed, content in _packed(resources.files("grader.authoring") / "begun", ""):
        plain = packed.removesuffix(_PACKED)
        if plain in READMES.values():
            if plain == READMES[language]:
                files["README.md"] = content.decode().replace("{name}", name).encode()
        else:
            files[PLACES.get(plain, plain)] = content
    return files


def _packed(folder: Traversable, inside: str) -> Iterator[tuple[str, bytes]]:
    for each in folder.iterdir():
        if each.is_dir():
            yield from _packed(each, f"{inside}{each.name}/")
        else:
            yield f"{inside}{each.name}", each.read_bytes()
