"""Writes what exporters make of a grading into the reports folder."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.files.own_folder import FILE_OF_OWNER
from grader.files.write_whole import write_whole
from grader.model.errors import CourseError
from grader.model.message import Language, Message
from grader.model.result import Grading
from grader.orchestration.publish import ALWAYS, INDEX
from grader.plugins.interfaces import Exporter
from grader.plugins.registry import PLAIN_FILE
from grader.plugins.validate import first_line
from grader.words import say
from grader.words.mistake_words import legible


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One exporter and the file of the reports folder that it writes."""

    exporter: Exporter
    file: str


def choose_exports(
    wanted: Iterable[str], exporters: Mapping[str, Exporter], *, folders: Iterable[str] = ()
) -> tuple[Export, ...]:
    """Return the exports that ``NAME`` and ``NAME=FILE`` ask for; ``folders`` are those of the reports.

    Raises:
        CourseError: there is no exporter of a name, a file is no plain name, or two things would be written
            into one file; all mistakes at once.
    """
    chosen: list[Export] = []
    mistakes: list[Message] = []
    taken = {INDEX, *folders, *(exporters[name].file_name for name in ALWAYS)}
    for text in wanted:
        name, _, file = text.partition("=")
        try:
            exporter = exporters[name]
        except CourseError as unknown:
            mistakes.extend(unknown.messages)
            continue
        export = Export(exporter=exporter, file=file or exporter.file_name)
        own = name in ALWAYS and export.file == exporter.file_name
        if not PLAIN_FILE.fullmatch(export.file):
            mistakes.append(say("export-file-not-plain", name=name, file=legible(repr(export.file))))
        elif export.file in taken and not own:
            mistakes.append(say("export-file-taken", name=name, file=export.file))
        else:
            chosen.append(export)
            taken.add(export.file)
    if mistakes:
        raise CourseError(*mistakes)
    return tuple(chosen)


def export(
    grading: Grading, exports: Iterable[Export], *, reports: Path, language: Language
) -> tuple[Message, ...]:
    """Write every export below ``reports``, and return what went wrong with those that could not be made.

    An exporter that fails is ours or a plugin's mistake: the others are written, the grading stands as it was
    published, and no file of an earlier grading is left for it.

    Raises:
        OSError: the reports folder cannot be written.
    """
    lost: list[Message] = []
    for each in exports:
        path = reports / each.file
        content = _content(each, grading, language)
        if isinstance(content, Message):
            lost.append(content)
            path.unlink(missing_ok=True)
        else:
            write_whole(path, content, mode=FILE_OF_OWNER)
    return tuple(lost)


def _content(each: Export, grading: Grading, language: Language) -> bytes | Message:
    name = each.exporter.name
    try:
        content: object = each.exporter(grading, language)
    except Exception as error:  # noqa: BLE001 - somebody else's code: whatever it raises is told
        return say("exporter-failed", name=name, error=first_line(error), file=each.file)
    if isinstance(content, bytes):
        return content
    wrong = f"TypeError: {type(content).__name__}, not bytes"
    return say("exporter-failed", name=name, error=wrong, file=each.file)
