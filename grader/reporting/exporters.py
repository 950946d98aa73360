"""The built-in exporters: what one file says of a whole grading, entered by the plugin door."""

from grader.model.message import Language
from grader.model.result import Grading
from grader.reporting.gradebook import gradebook_csv
from grader.reporting.junit import junit_xml
from grader.reporting.markdown import class_markdown
from grader.reporting.results_json import results_json


class CsvExporter:
    """The gradebook: a row for each submission, alike in every language but for the reasons."""

    name = "csv"
    file_name = "gradebook.csv"

    def __call__(self, grading: Grading, language: Language) -> bytes:
        """Return the gradebook."""
        return _bytes(gradebook_csv(grading, language))


class JsonExporter:
    """``results.json``: everything that was decided and measured, for programs."""

    name = "json"
    file_name = "results.json"

    def __call__(self, grading: Grading, language: Language) -> bytes:  # noqa: ARG002 - it holds both
        """Return the document."""
        return _bytes(results_json(grading))


class JunitExporter:
    """JUnit XML, for build services that show tests."""

    name = "junit"
    file_name = "junit.xml"

    def __call__(self, grading: Grading, language: Language) -> bytes:
        """Return one suite for each assignment."""
        return _bytes(junit_xml(grading, language))


class MarkdownExporter:
    """A table of the class in GitHub-flavoured Markdown."""

    name = "md"
    file_name = "summary.md"

    def __call__(self, grading: Grading, language: Language) -> bytes:
        """Return heading, counts and table."""
        return _bytes(class_markdown(grading, language))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")
