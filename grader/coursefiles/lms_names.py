"""Whose a file is, by the name that Canvas or Moodle gave it in an export."""

import re
from dataclasses import dataclass

_CANVAS = re.compile(
    r"(?:LATE_)?(?:anon_(?P<anonymous>[^_]+)|(?P<name>.+?)(?:_LATE)?_(?P<id>\d+))_\d+_(?P<file>.+)", re.DOTALL
)
# A folder's name is the system's own up to its end: who is called like an exported file is still who he is.
_MOODLE_FOLDER = re.compile(r"(?P<name>.*)_(?P<id>\d+)_assignsubmission_[a-z]+_(?P<file>)", re.DOTALL)
_MOODLE = re.compile(r"(?P<name>[^_]*)_(?P<id>\d+)_assignsubmission_[a-z]+_?(?P<file>.*)", re.DOTALL)

_GRADESCOPE = re.compile(r"submission_(?P<id>\d{3,})")


@dataclass(frozen=True, slots=True, kw_only=True)
class LmsName:
    """What an exported name says: the student, with the number that tells namesakes apart, and the file."""

    student: str
    file: str
    """Empty for a folder of the student's."""


def read_lms_name(name: str) -> LmsName | None:
    """Return what ``name`` says if Canvas, Moodle or Gradescope made it.

    Canvas: ``silvaana_LATE_123_456_digits.ipynb``, ``anon_k3x9_456_digits.ipynb``. Moodle: the folder
    ``Ana Silva_123_assignsubmission_file_``, or the same with the file's name at its end. Gradescope: the
    folder ``submission_123``.
    """
    if moodle := _MOODLE_FOLDER.fullmatch(name) or _MOODLE.fullmatch(name):
        return LmsName(student=f"{moodle['name']} ({moodle['id']})", file=moodle["file"])
    if gradescope := _GRADESCOPE.fullmatch(name):
        return LmsName(student=f"submission ({gradescope['id']})", file="")
    if canvas := _CANVAS.fullmatch(name):
        if canvas["anonymous"]:
            return LmsName(student=f"anon ({canvas['anonymous']})", file=canvas["file"])
        return LmsName(student=f"{canvas['name']} ({canvas['id']})", file=canvas["file"])
    return None
