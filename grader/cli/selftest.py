"""``grader selftest``: a zoo of bad programs for each assignment, and which check catches which."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from grader.cli.help import Explained
from grader.cli.language import spoken
from grader.cli.options import (
    AskedCourse,
    AskedMachine,
    course_options,
    format_of,
    jobs_option,
    machine_options,
)
from grader.cli.rendering import console
from grader.model.assignment import Assignment
from grader.model.selftest import Ending, Matrix
from grader.orchestration.selftest import selftest
from grader.reporting.selftest_shown import judgement, selftest_json, selftest_markdown, table_of
from grader.words import phrase

_STYLES = {Ending.HOLE: "bold red", Ending.ALARM: "bold red", Ending.NOT_GRADED: "magenta"}


@click.command("selftest", cls=Explained, help="help.selftest")
@course_options
@machine_options
@jobs_option(1)
@click.option("--only", multiple=True, metavar="NAME", help="help.only_program")
@format_of("text", "json", "md")
def command(
    *,
    course: AskedCourse,
    machine: AskedMachine,
    jobs: int,
    only: tuple[str, ...],
    form: str,
) -> int:
    """Grade a zoo of bad programs and say which check or audit catches which.

    Exit status: 0 every bad program was caught and no honest one, 1 something got through or an honest
    program was accused, 3 something could not be graded. Nothing is kept.
    """
    loaded, chosen = course.load()
    matrices = []
    for assignment in with_programs(chosen, named=bool(course.slugs)):
        with tempfile.TemporaryDirectory(prefix="grader-selftest-") as place:
            folder = Path(place)
            with machine.open_grader(folder / "store", jobs=jobs) as means:
                matrix = selftest(loaded, assignment, means=means, folder=folder / "zoo", only=only)
        matrices.append(matrix)
        if form == "text":
            _print(matrix)
    match form:
        case "json":
            click.echo(selftest_json(matrices), nl=False)
        case "md":
            click.echo(selftest_markdown(matrices, spoken()), nl=False)
        case _:
            console().print(phrase("selftest.key", spoken()))
            console().print(judgement(matrices, spoken()))
    return _exit_status(matrices)


def with_programs(chosen: Sequence[Assignment], *, named: bool) -> Sequence[Assignment]:
    """Return those that programs can be made for: one without data is told only to who names it."""
    with_data = [one for one in chosen if one.data.given]
    return with_data if with_data and not named else chosen


def _exit_status(matrices: list[Matrix]) -> int:
    if any(row.ending is Ending.NOT_GRADED for matrix in matrices for row in matrix.rows):
        return 3
    return 0 if all(matrix.holds for matrix in matrices) else 1


def _print(matrix: Matrix) -> None:
    from rich.table import Table

    shown = table_of(matrix, spoken(), narrow=True)
    table = Table(box=None, pad_edge=False, header_style="bold", title=shown.title, title_justify="left")
    for heading in shown.headings:
        table.add_column(heading, no_wrap=heading != shown.headings[-1])
    for texts, row in zip(shown.rows, matrix.rows, strict=True):
        table.add_row(*texts, style=_STYLES.get(row.ending))
    out = console()
    out.print(table)
    out.print(shown.key)
    out.print()
