"""Whose a file is, by the name that Canvas, Moodle, Blackboard or Gradescope gave it in an export."""

import re
from dataclasses import dataclass

_CANVAS = re.compile(
    r"(?P<late_first>LATE_)?(?:anon_(?P<anonymous>[^_]+)|(?P<name>.+?)(?P<late>_LATE)?_(?P<id>\d+))"
    r"_(?P<number>\d+)_(?P<file>.+)",
    re.DOTALL,
)
_CANVAS_TEXT = re.compile(r"(?P<name>.+?)(?P<late>_LATE)?_(?P<id>\d+)_(?P<file>text\.html)", re.DOTALL)
# A folder's name is the system's own up to its end: who is called like an exported file is still who he is.
_MOODLE_FOLDER = re.compile(r"(?P<name>.*)_(?P<id>\d+)_assignsubmission_[a-z]+_(?P<file>)", re.DOTALL)
_MOODLE = re.compile(r"(?P<name>[^_]*)_(?P<id>\d+)_assignsubmission_[a-z]+_?(?P<file>.*)", re.DOTALL)
# The first such piece is the system's: what follows the time is a name that the student chose.
_BLACKBOARD = re.compile(
    r".+?_(?P<name>[^_]+)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)", re.DOTALL
)
_GRADESCOPE = re.compile(r"submission_(?P<id>\d{3,})")

_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class LmsName:
    """What an exported name says: the student, with the number that tells namesakes apart, and the file."""

    student: str
    file: str
    """Empty for a folder of the student's, and for Blackboard's own receipt."""
    late: bool = False
    """Canvas says that it came late."""
    number: int = 0
    """Canvas' number of the attachment: a greater one came later."""
    attempt: str = ""
    """Blackboard's time of the attempt."""


def read_lms_name(name: str) -> LmsName | None:
    """Return what ``name`` says if Canvas, Moodle, Blackboard or Gradescope made it.

    Canvas: ``silvaana_LATE_123_456_digits.ipynb``, ``anon_k3x9_456_digits.ipynb``. Moodle: the folder
    ``Ana Silva_123_assignsubmission_file_``, or the same with the file's name at its end. Blackboard:
    ``Tarefa 1_asilva_attempt_2026-05-01-10-22-33_digits.py``. Gradescope: the folder ``submission_123``.
    """
    if moodle := _MOODLE_FOLDER.fullmatch(name) or _MOODLE.fullmatch(name):
        return LmsName(student=f"{moodle['name']} ({moodle['id']})", file=moodle["file"])
    if gradescope := _GRADESCOPE.fullmatch(name):
        return LmsName(student=f"submission ({gradescope['id']})", file="")
    canvas, blackboard = _CANVAS.fullmatch(name), _BLACKBOARD.fullmatch(name)
    # What a system put first is its own; further on stands the name that the student gave the file.
    if canvas and not (blackboard and blackboard.start("time") < canvas.start("number")):
        who, number = canvas["name"], canvas["id"]
        return LmsName(
            student=f"anon ({canvas['anonymous']})" if canvas["anonymous"] else f"{who} ({number})",
            file=canvas["file"],
            late=bool(canvas["late"] or canvas["late_first"]),
            number=int(canvas["number"][:_MOST_DIGITS]),
        )
    if blackboard:
        return LmsName(student=blackboard["name"], file=blackboard["file"] or "", attempt=blackboard["time"])
    if text := _CANVAS_TEXT.fullmatch(name):
        student = f"{text['name']} ({text['id']})"
        return LmsName(student=student, file=text["file"], late=bool(text["late"]))
    return None
