"""``grader init DIR``: a new course with one running assignment."""

from pathlib import Path

import click

from grader.cli.help import Explained
from grader.cli.language import spoken
from grader.cli.options import language_option
from grader.cli.rendering import printable
from grader.words import phrase


@click.command("init", cls=Explained, help="help.init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--name", metavar="NAME", help="help.course_name")
@language_option
def command(*, folder: Path, name: str | None) -> int:
    """Write a new course into DIR, whole or not at all.

    Exit status: 0 written, 2 something stands there already, 3 it could not be written.
    """
    from grader.authoring.begin_course import begin_course

    written = begin_course(folder, name=name or folder.resolve().name, language=spoken())
    shown = printable(str(folder))
    click.echo(phrase("init.written", spoken(), folder=shown, count=len(written)))
    click.echo(phrase("init.next", spoken(), folder=shown))
    return 0
