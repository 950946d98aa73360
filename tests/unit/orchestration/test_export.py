import csv
import json
from pathlib import Path

import pytest

from grader.model.errors import CourseError
from grader.model.message import Language
from grader.model.result import Grading
from grader.orchestration.export import Export, choose_exports, export
from grader.plugins.interfaces import Exporter
from grader.plugins.registry import EXPORTERS, load_plugins
from tests import builders as a

BUILT_IN = load_plugins(EXPORTERS)


class Students:
    name = "students"
    file_name = "students.txt"

    def __call__(self, grading: Grading, language: Language) -> bytes:
        return f"{language.value}: {', '.join(each.student for each in grading.submissions)}".encode()


class Broken:
    name = "broken"
    file_name = "broken.txt"

    def __call__(self, grading: Grading, language: Language) -> bytes:
        raise ZeroDivisionError(f"no student of {grading.course}\nhas {language}")


class Wordy:
    name = "wordy"
    file_name = "wordy.txt"

    def __call__(self, grading: Grading, language: Language) -> str:
        return f"{grading.course} in {language}, not encoded"


class Index:
    name = "index"
    file_name = "index.html"

    def __call__(self, grading: Grading, language: Language) -> bytes:
        return f"not the class page of {grading.course} in {language}".encode()


INSTALLED: dict[str, Exporter] = {**BUILT_IN, "students": Students(), "index": Index()}


def refused(*wanted: str) -> list[str]:
    with pytest.raises(CourseError) as caught:
        choose_exports(wanted, load_plugins(EXPORTERS), folders=["digits"])
    assert all(message.pt for message in caught.value.messages)
    return [message.en for message in caught.value.messages]


def test_every_built_in_exporter_writes_its_file(tmp_path: Path) -> None:
    grading = a.a_grading()
    chosen = choose_exports(["csv", "json", "junit", "md"], BUILT_IN)
    assert export(grading, chosen, reports=tmp_path, language=Language.EN) == ()
    assert {path.name for path in tmp_path.iterdir()} == {
        "gradebook.csv",
        "results.json",
        "junit.xml",
        "summary.md",
    }
    assert json.loads((tmp_path / "results.json").read_bytes())["course"] == grading.course
    rows = list(csv.DictReader((tmp_path / "gradebook.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [row["student"] for row in rows] == [each.student for each in grading.submissions]


def test_an_export_is_called_as_asked_and_speaks_the_language_asked_for(tmp_path: Path) -> None:
    chosen = choose_exports(["students=turma.txt", "students"], INSTALLED)
    assert export(a.a_grading(), chosen, reports=tmp_path, language=Language.PT) == ()
    for name in ("turma.txt", "students.txt"):
        assert (tmp_path / name).read_text(encoding="utf-8").startswith("pt-BR: ana")


def test_an_exporter_that_fails_is_told_and_the_others_are_written(tmp_path: Path) -> None:
    (tmp_path / "broken.txt").write_text("of an earlier grading", encoding="utf-8")
    exports = [Export(exporter=each, file=each.file_name) for each in (Broken(), Students())]
    (lost,) = export(a.a_grading(), exports, reports=tmp_path, language=Language.EN)
    assert lost.code == "GR892"
    assert "the exporter broken failed (ZeroDivisionError: no student of PSI5790 2026)" in lost.en
    assert "has " not in lost.en
    assert [path.name for path in tmp_path.iterdir()] == ["students.txt"]


def test_what_is_no_bytes_is_no_file(tmp_path: Path) -> None:
    exports = [Export(exporter=Wordy(), file="wordy.txt")]  # type: ignore[arg-type]
    (lost,) = export(a.a_grading(), exports, reports=tmp_path, language=Language.EN)
    assert "str, not bytes" in lost.en
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("file", ["../junit.xml", "/tmp/junit.xml", "a/b.xml", ".hidden", "a\nb", "x" * 200])
def test_a_file_outside_the_reports_folder_is_refused(file: str) -> None:
    (message,) = refused(f"junit={file}")
    assert "needed is a file name without a folder" in message
    assert "\n" not in message


@pytest.mark.parametrize(
    "wanted", [["junit=results.json"], ["junit=index.html"], ["md=digits"], ["json=gradebook.csv"]]
)
def test_what_the_reports_folder_holds_already_is_not_written_over(wanted: list[str]) -> None:
    (message,) = refused(*wanted)
    assert "is something else in the reports folder already" in message


def test_an_exporter_whose_own_file_is_taken_needs_another_name() -> None:
    with pytest.raises(CourseError) as caught:
        choose_exports(["index"], INSTALLED)
    assert "with --export index=FILE" in caught.value.message.en
    (chosen,) = choose_exports(["index=own.html"], INSTALLED)
    assert chosen.file == "own.html"


def test_two_exports_into_one_file_are_refused() -> None:
    (message,) = refused("junit=out.txt", "md=out.txt")
    assert "--export md: out.txt is something else" in message


def test_every_mistake_is_told_at_once_with_its_near_miss() -> None:
    lines = refused("junitt", "md=../x", "csv=index.html")
    assert len(lines) == 3
    assert "did you mean 'junit'?" in lines[0]
