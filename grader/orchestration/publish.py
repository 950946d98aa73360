"""Writes what people read: pages and logs, then the gradebook and results.json, each whole or not at all."""

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from grader.files.model_data import model_json
from grader.files.own_folder import FILE_OF_OWNER, own_folder
from grader.model.digest import digest_parts
from grader.model.errors import CourseError, StorageError
from grader.model.message import Language
from grader.model.result import Grading, Status, SubmissionResult
from grader.orchestration.certify import certify
from grader.plugins.interfaces import Exporter
from grader.storage.course_key import CourseKey
from grader.storage.kept_pages import KeptPages
from grader.storage.run_store import write_whole
from grader.words import say
from grader.words.problems import problem_told

INDEX = "index.html"
ALWAYS = ("csv", "json")
"""The exporters whose files every grading writes, results.json last."""
PRIVATE = "_instructor"
"""The folder of the reports that no student gets; no assignment can have this name."""
CERTIFICATE_SUFFIX = ".certificate.json"
_FIGURE = re.compile(r"figure-\d\d\.png")


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Publishes gradings into ``reports``; a page that would come out the same is not written again.

    What is written there is of a whole class: other users of the machine cannot read it.
    """

    reports: Path
    language: Language
    exporters: Mapping[str, Exporter]
    key: CourseKey | None = None
    """What certificates are bound by; without it they are not."""
    kept: KeptPages | None = None
    """What is known of the pages there; without it all are made anew."""

    def publish(self, grading: Grading) -> None:
        """Write every submission's page, log and certificate, the class page, gradebook and results.json.

        Whoever finds a submission in results.json finds its page. Where the graded rows are hidden, page and
        certificate tell what was measured; all that the program said stands below ``PRIVATE``.

        Raises:
            StorageError: the reports folder cannot be written.
        """
        from grader.reporting.html import index_page

        named = with_paths(grading)
        for result in named.submissions:
            made_of = self._made_of(named, result)
            if made_of and self.kept is not None and self.kept.stand(_base(result), made_of):
                continue
            self._write_pages(named, result)
            if made_of and self.kept is not None:
                self.kept.note(_base(result), made_of, _files_of(result))
        if self.kept is not None:
            self.kept.save()
        self._write(INDEX, index_page(named, self.language))
        for name in ALWAYS:
            exporter = self.exporters[name]
            self._write(exporter.file_name, exporter(named, self.language))

    def _made_of(self, grading: Grading, result: SubmissionResult) -> str:
        """Return the digest of all that the files of ``result`` are made of; empty where nobody knows it."""
        if not result.shown.judged_from:
            return ""
        try:
            return digest_parts(
                judged=result.shown.judged_from,
                told=model_json([result.findings, result.shown.notes, result.id, result.student]),
                title=model_json(grading.titles.get(result.assignment)),
                grading=model_json([grading.grader, grading.course, grading.machine]),
                language=self.language.value,
                key=None if self.key is None else self.key.name,
            )
        except TypeError:  # a plugin's own kind of value
            return ""

    def _write_pages(self, grading: Grading, result: SubmissionResult) -> None:
        """Write page, log and certificate of one submission."""
        from grader.reporting.html import student_page
        from grader.reporting.withhold import for_student

        shown = for_student(result)
        if result.shown.rows_hidden:
            whole = replace(result, report=f"{PRIVATE}/{result.report}")
            page = student_page(grading, whole, self.language, figures_of(result))
            self._write(str(whole.report), page)
            (self.reports / f"{_base(result)}.log").unlink(missing_ok=True)
        self._write(str(shown.report), student_page(grading, shown, self.language, figures_of(shown)))
        if result.log is not None:
            self._write(result.log, result.shown.output)
        self._certify(grading, shown)

    def _certify(self, grading: Grading, result: SubmissionResult) -> None:
        """Write the result's certificate, or remove the one of an earlier grading that holds no longer."""
        from grader.reporting.certificate_json import certificate_digest, certificate_json

        sandbox = grading.machine.sandbox
        certificate = certify(result, grader=grading.grader, course=grading.course, sandbox=sandbox)
        if certificate is not None and result.certificate is not None:
            if self.key is not None:
                certificate = replace(certificate, binding=self.key.bind(certificate_digest(certificate)))
            self._write(result.certificate, certificate_json(certificate))
        else:
            (self.reports / f"{_base(result)}{CERTIFICATE_SUFFIX}").unlink(missing_ok=True)

    def _write(self, name: str, content: str | bytes) -> None:
        path = self.reports / name
        data = content.encode("utf-8", "replace") if isinstance(content, str) else content
        if not (path.is_file() and path.read_bytes() == data):
            try:
                own_folder(path.parent)
            except OSError as problem:
                raise StorageError(
                    say("storage-write-failed", folder=str(path.parent), problem=problem_told(problem))
                ) from problem
            write_whole(path, data, mode=FILE_OF_OWNER)


def require_room(folder: Path, *, kept: bool = True) -> None:
    """Return where a file can be written into ``folder``, made for its owner alone; unless ``kept``, undone.

    Raises:
        CourseError: none can be.
    """
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        own_folder(folder)
        with tempfile.TemporaryFile(dir=folder):
            pass
        for each in () if kept else made:
            each.rmdir()
    except OSError as problem:
        why = problem_told(problem)
        raise CourseError(say("out-not-writable", folder=str(folder), problem=why)) from problem


def write_page(grading: Grading, page: Path, language: Language) -> None:
    """Write the page of the only submission of ``grading``, and nothing beside it that it could lead to.

    Raises:
        StorageError: it cannot be written.
    """
    from grader.reporting.html import student_page

    alone = replace(grading.submissions[0], report=None, log=None, certificate=None)
    write_whole(page, student_page(grading, alone, language, figures_of(alone)).encode("utf-8", "replace"))


def figures_of(result: SubmissionResult) -> dict[str, bytes]:
    """Return the pictures that the program drew, by name, as far as they are there."""
    folder = result.shown.picture.folder
    if folder is None:
        return {}
    return {
        name: (Path(folder) / name).read_bytes()
        for name in result.shown.picture.figures
        if _FIGURE.fullmatch(name) and (Path(folder) / name).is_file()
    }


def with_paths(grading: Grading) -> Grading:
    """Return ``grading`` with where each submission's files lie below the reports folder."""
    return replace(grading, submissions=tuple(_with_paths(result) for result in grading.submissions))


def _with_paths(result: SubmissionResult) -> SubmissionResult:
    base = _base(result)
    graded = result.status is Status.GRADED and result.runs
    log = f"{PRIVATE}/{base}.log" if result.shown.rows_hidden else f"{base}.log"
    return replace(
        result,
        report=f"{base}.html",
        log=log if result.runs else None,
        certificate=f"{base}{CERTIFICATE_SUFFIX}" if graded else None,
    )


def _files_of(result: SubmissionResult) -> tuple[str, ...]:
    """Return the files that are written of a submission, with those that may not be there any longer."""
    base = _base(result)
    names = (f"{base}.html", f"{base}.log", f"{base}{CERTIFICATE_SUFFIX}")
    return (*names, f"{PRIVATE}/{base}.html", f"{PRIVATE}/{base}.log") if result.shown.rows_hidden else names


def _base(result: SubmissionResult) -> str:
    return f"{result.assignment}/{result.id}"
