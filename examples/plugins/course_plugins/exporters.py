"""An exporter of a course's own."""

from grader.model.message import Language
from grader.model.result import Grading


class TsvExporter:
    """Student, assignment and points, between tabs; an empty cell where there are no points to give."""

    name = "tsv"
    file_name = "points.tsv"

    def __call__(self, grading: Grading, language: Language) -> bytes:  # noqa: ARG002 - alike in every language
        """Return a line for each submission, after one with the names of the columns."""
        rows = [
            (each.student, each.assignment, "" if each.points is None else str(each.points))
            for each in grading.submissions
        ]
        lines = [_line(cells) for cells in (("student", "assignment", "points"), *rows)]
        return "".join(lines).encode("utf-8", "replace")


def _line(cells: tuple[str, ...]) -> str:
    """Return the cells between tabs; a tab or a line's end in a student's name becomes a space."""
    return "\t".join(" ".join(cell.split()) for cell in cells) + "\n"
