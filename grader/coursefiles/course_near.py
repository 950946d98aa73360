"""Where the course is, and in which language: told before anything else of it is read."""

import tomllib
from pathlib import Path

from grader.model.message import Language


def course_near(start: Path) -> Path | None:
    """Return the nearest folder from ``start`` upward that holds ``assignments/``; None without one."""
    here = start.resolve()
    folders = (here, *here.parents) if here.is_dir() else ()
    return next((folder for folder in folders if (folder / "assignments").is_dir()), None)


def language_said(course: Path) -> Language | None:
    """Return the language that ``course`` names; None where nothing can be read.

    Whatever is wrong there is told when the course is read.
    """
    try:
        said = tomllib.loads((course / "course.toml").read_text(encoding="utf-8")).get("language")
        return Language(said)
    except (OSError, ValueError, RecursionError):
        return None
