import pytest

from grader.model.check import Outcome
from grader.model.evidence import Place
from grader.model.message import Language
from grader.model.result import Reason, Status, Verdict
from grader.reporting.annotations import class_annotations, submission_annotations
from tests import builders as a
from tests.unit.reporting.hostile import WORDS, hostile_grading

FAILED = a.a_result(
    verdict=Verdict.FAILED,
    reason=Reason.NOTHING_DELIVERED,
    reason_message=a.a_message(en="Nothing: 100 %\nwas delivered."),
    checks=(),
    findings=(),
    notes=(),
)
MISSING = a.a_result(status=Status.NOT_GRADED, verdict=None, points=None, checks=())


def test_what_a_person_must_look_at_is_annotated_the_loudest_first() -> None:
    results = (a.a_result(), a.a_result(verdict=Verdict.PASSED), FAILED, MISSING)
    lines = class_annotations(a.a_grading(submissions=results), Language.EN)
    assert [line.split(" ")[0] for line in lines] == ["::error", "::error", "::warning"]
    assert lines[0] == (
        "::error title=ana · mnist-dense · failed · 9 / 10 · GR200::Nothing: 100 %25%0Awas delivered."
    )


def test_ten_of_a_level_are_annotated() -> None:
    lines = class_annotations(a.a_grading(submissions=(FAILED,) * 30), Language.EN)
    assert len(lines) == 10


def test_an_error_of_a_script_stands_beside_its_line() -> None:
    run = a.a_run_result(errors=(a.a_program_error(place=Place(line=12)),))
    (line,) = submission_annotations(a.a_result(**_fields(runs=(run,))), Language.EN, "hw/mlp2.py")
    assert line.startswith("::error file=hw/mlp2.py,line=12,title=mnist-dense · 9 / 10 · GR200 · line 12::")


def test_a_line_of_a_cell_is_no_line_of_the_notebooks_file() -> None:
    run = a.a_run_result(errors=(a.a_program_error(place=Place(cell=7, line=12)),))
    (line,) = submission_annotations(a.a_result(**_fields(runs=(run,))), Language.EN, "mlp2.ipynb")
    assert "line=" not in line
    assert "cell 7%2C line 12" in line


def _fields(**fields: object) -> dict[str, object]:
    names = ("verdict", "reason", "reason_message", "checks", "findings", "shown")
    return {**{name: getattr(FAILED, name) for name in names}, **fields}


def test_every_check_that_did_not_pass_is_annotated() -> None:
    checks = tuple(a.a_check(id=outcome.value, outcome=outcome) for outcome in Outcome)
    result = a.a_result(verdict=Verdict.PASSED, checks=checks, findings=(), notes=())
    lines = submission_annotations(result, Language.EN, "x.py")
    assert sorted(line.split("title=")[1].split("%3A")[0] for line in lines) == [
        "errored",
        "failed",
        "inconclusive",
    ]


def test_a_passed_submission_with_nothing_to_say_has_no_annotation() -> None:
    result = a.a_result(verdict=Verdict.PASSED, checks=(), findings=(), notes=())
    assert submission_annotations(result, Language.EN, "x.py") == ()


@pytest.mark.parametrize("words", [*WORDS, "::error::x\n::set-env name=a::b", "a,file=b::c", "%0A::error::x"])
@pytest.mark.attack("log_commands")
def test_no_word_of_a_student_begins_a_command_or_ends_one(words: str) -> None:
    grading = hostile_grading(words)
    lines = class_annotations(grading, Language.EN)
    lines += submission_annotations(grading.submissions[0], Language.EN, words)
    assert lines
    for line in lines:
        assert len(line.splitlines()) == 1
        level, _, rest = line.removeprefix("::").partition(" ")
        assert level in ("error", "warning", "notice")
        head = rest.partition("::")[0]
        assert {pair.partition("=")[0] for pair in head.split(",")} <= {"file", "line", "title"}
