"""Why somebody did not pass: in every format, in the language of the run, and never as a key of ours."""

import re

import pytest

from grader.model.evidence import Place, Source, SourceReport, SourceState
from grader.model.message import Language
from grader.model.result import Grading, Reason, SubmissionResult, Verdict
from grader.reporting.annotations import class_annotations, submission_annotations
from grader.reporting.exporters import CsvExporter, JsonExporter, JunitExporter, MarkdownExporter
from grader.reporting.html import index_page, student_page
from grader.reporting.markdown import class_markdown, submission_markdown
from grader.reporting.summary import notes_told
from grader.words import say
from grader.words.catalogue import keys
from tests import builders as a

WHY = say("script-without-code")
EXPORTERS = (CsvExporter(), JsonExporter(), JunitExporter(), MarkdownExporter())
KEYS = [key for key in keys() if re.search(r"[a-z][.-][a-z]", key)]


def _failed() -> SubmissionResult:
    sources = tuple(
        SourceReport(source=source, state=SourceState.PASSED_OVER, why=why)
        for source in (Source.PREDICTIONS, Source.CAPTURED)
        for why in ("untied", "other_rows", "a_reason_of_tomorrow")
    )
    run = a.a_run_result(errors=(a.a_program_error(place=Place(line=12)),))
    return a.a_result(
        verdict=Verdict.FAILED,
        reason=Reason.NOTHING_DELIVERED,
        reason_message=WHY,
        runs=(run,),
        sources=sources,
        handed_in="Turma A/ana/mlp2.py",
    )


def _everything(grading: Grading, language: Language) -> dict[str, str]:
    (result,) = grading.submissions
    texts = {one.name: one(grading, language).decode() for one in EXPORTERS}
    texts["class on GitHub"] = "\n".join(class_annotations(grading, language))
    texts["one on GitHub"] = "\n".join(submission_annotations(result, language, "mlp2.py"))
    texts["one as Markdown"] = submission_markdown(grading, result, language)
    return texts


@pytest.mark.parametrize("language", Language)
def test_the_reason_and_its_code_are_in_every_format(language: Language) -> None:
    told = " ".join(WHY.told_in(language).split()[:6])
    for name, text in _everything(a.a_grading(submissions=(_failed(),)), language).items():
        assert told in text, name
        assert str(WHY.code) in text, name


@pytest.mark.parametrize("language", Language)
def test_which_model_was_asked_and_whose_program_it_is_are_in_every_format(language: Language) -> None:
    sign = say("other.name", file="pele.py")
    notes = (
        say("predictions-asked-of-last-model", detail="MLPRegressor"),
        say("looks-like-other-assignment", own="digits", name="pele", sign=sign),
        say("program-fixes-own-seed"),
    )
    grading = a.a_grading(submissions=(a.a_result(notes=notes, findings=(), checks=()),))
    for name, text in _everything(grading, language).items():
        assert "MLPRegressor" in text, name
        assert "pele" in text, name
    for name in (one.name for one in (EXPORTERS[0], *EXPORTERS[2:])):
        assert notes[2].told_in(language) not in _everything(grading, language)[name], name
    out = " ".join(notes_told(grading, language))
    assert "MLPRegressor" in out
    assert "(GR808)" in out


def test_what_helps_one_student_to_go_on_is_no_line_of_the_class() -> None:
    notes = (say("symptom-softmax-and-logits"), say("predictions-asked-of-last-model", detail="Sequential"))
    grading = a.a_grading(submissions=(a.a_result(notes=notes, findings=(), checks=()),))
    (line,) = notes_told(grading, Language.EN)
    assert "Sequential" in line
    assert not any("from_logits" in one for one in class_annotations(grading, Language.EN))
    page = student_page(grading, grading.submissions[0], Language.EN)
    assert "from_logits" in page


def test_notes_of_a_class_keep_to_the_room_there_is() -> None:
    notes = (say("predictions-asked-of-last-model", detail="Sequential"),)
    many = tuple(a.a_result(notes=notes, checks=()) for _ in range(400))
    text = class_markdown(a.a_grading(submissions=many), Language.PT, most_bytes=30_000)
    assert len(text.encode()) <= 30_000


@pytest.mark.parametrize("language", Language)
def test_no_key_of_ours_reaches_a_person(language: Language) -> None:
    grading = a.a_grading(submissions=(_failed(),))
    texts = _everything(grading, language)
    texts["page"] = student_page(grading, grading.submissions[0], language)
    texts["class page"] = index_page(grading, language)
    for name, text in texts.items():
        words = set(
            re.findall(r"[A-Za-z_][\w.-]*[A-Za-z_]", re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL))
        )
        assert words & set(KEYS) == set(), name
        assert "a_reason_of_tomorrow" not in text, name


def test_a_build_service_is_led_to_the_students_own_file_and_line() -> None:
    grading = a.a_grading(submissions=(_failed(),))
    junit = JunitExporter()(grading, Language.EN).decode()
    assert 'file="Turma A/ana/mlp2.py" line="12"' in junit
    assert f'type="{WHY.code}"' in junit
    assert "file=Turma A/ana/mlp2.py,line=12," in class_annotations(grading, Language.EN)[0]
