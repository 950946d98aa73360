"""Which of a program's errors is told as the cause: a notebook goes on after a failing cell.

A name that is missing because an earlier cell stopped points back at that cell; what only a drawing needed
points at nothing. Of the errors that nothing explains, the first that others follow from is the cause, else
the first in a cell that reads data or trains, else the first.
"""

import re
from collections.abc import Mapping, Sequence

from grader.model.evidence import HarnessReport, ProgramError

_MISSING = re.compile(r"name '([^\W\d]\w*)' is not defined")
_WORK = re.compile(
    r"\b(fit|predict|evaluate|compile|train_on_batch|apply_gradients|load_data|loadtxt|read_csv)\b"
)

_LINE = 400
"""Of a longer line the beginning is looked at."""


def errors_of(report: HarnessReport) -> tuple[ProgramError, ...]:
    """Return the uncaught errors, in order; those of the cells of a run that was cut short."""
    in_cells = tuple(cell.error for cell in report.cells if cell.error is not None)
    return report.errors or in_cells


def telling_error(report: HarnessReport) -> ProgramError | None:
    """Return the error to be told as the cause; None where there is none."""
    errors = errors_of(report)
    if len(errors) <= 1 or not report.cells:
        return next(iter(errors), None)
    sources = {cell.number: cell.source for cell in report.cells}
    causes = [_cause(error, errors, sources) for error in errors]
    unexplained = [error for error, cause in zip(errors, causes, strict=True) if cause is None]
    followed = [error for error in unexplained if any(cause is error for cause in causes)]
    working = [error for error in unexplained if _WORK.search(_source(error, sources))]
    return next(iter([*followed, *working, *unexplained, *errors]))


def _cause(
    error: ProgramError, errors: Sequence[ProgramError], sources: Mapping[int, str]
) -> ProgramError | None:
    """Return the first earlier error whose cell was to make the name that ``error`` misses."""
    missing = _MISSING.search(error.text) if error.type == "NameError" else None
    if missing is None:
        return None
    earlier = errors[: next(i for i, one in enumerate(errors) if one is error)]
    return next((one for one in earlier if _makes(missing[1], _source(one, sources))), None)


def _source(error: ProgramError, sources: Mapping[int, str]) -> str:
    return sources.get(error.place.cell or 0, "")


def _makes(name: str, source: str) -> bool:
    """Return whether ``source`` looks as if it made ``name``: assigned, imported, defined."""
    word = re.escape(name)
    assigned = rf"[^=#]*\b{word}\b[^=(]*=(?!=)"
    imported = rf"\s*(from\s+\S+\s+)?import\b[^#]*\b{word}\b"
    defined = rf"\s*(async\s+)?(def|class|for|with)\b.*\b{word}\b"
    made = re.compile(f"{assigned}|{imported}|{defined}")
    return any(made.match(line[:_LINE]) for line in source.splitlines())
