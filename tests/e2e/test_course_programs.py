"""The course text's programs and the ways students get round them, graded unchanged on the real data."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.e2e.classroom import PROGRAMS, Ended, grader, hand_in, lay_out_course, real_data, results

pytestmark = [pytest.mark.runtime, pytest.mark.sandbox, pytest.mark.data, pytest.mark.grading]

HANDED_IN = {
    "programa5": ("mnist-dense", "mnist/programa5_3_epocas.py"),
    "copia_qy": ("mnist-dense", "mnist/copia_qy.py"),
    "convolucional": ("mnist-dense", "mnist/convolucional.py"),
    "diz": ("mnist-dense", "mnist/diz_que_acertou.py"),
    "exit0": ("mnist-dense", "broken/exit0.py"),
    "sintaxe": ("mnist-dense", "broken/syntax_error.py"),
    "vazio": ("mnist-dense", "broken/empty.ipynb"),
    "nao_json": ("mnist-dense", "broken/not_json.ipynb"),
    "wget": ("noisynote", "noisynote/noisynote.py"),
    "copia_ay": ("noisynote", "noisynote/copia_ay.py"),
    "typed1": ("pele", "pele/pele_1_escondida.py"),
    "typed2": ("pele", "pele/pele_2_escondidas.py"),
    "figura": ("fashion-mnist", "fashion-mnist/figura_4x5.py"),
}
CANARIES = 0.0249
"""Share of the 10,000 served test labels that are wrong on purpose."""
LATER = ("convolucional", "diz", "figura", "typed2")
"""Graded by make slow alone, and all with their audits there: a half of the time each."""
NO_AUDIT_RUNS = "\n[audits]\npair = false\nplacebo = false\n"
WHOLE = pytest.param("whole", marks=pytest.mark.slow)
Rows = dict[tuple[str, str], dict[str, Any]]


@pytest.fixture(scope="module", params=["some", WHOLE])
def course(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    real_data()
    folder = lay_out_course(tmp_path_factory.mktemp("course"))
    some = request.param == "some"
    for file in (folder / "assignments").glob("*/assignment.toml") if some else ():
        rules = file.read_text(encoding="utf-8")
        assert "[audits]" not in rules
        file.write_text(rules + NO_AUDIT_RUNS, encoding="utf-8")
    for student, (assignment, program) in HANDED_IN.items():
        if not (some and student in LATER):
            hand_in(folder, student, assignment, PROGRAMS / program)
    return folder


@pytest.fixture(scope="module")
def batch(course: Path) -> Ended:
    return grader("grade", "submissions", "-j", "2", "--runs", "1", "--lang", "en", cwd=course)


@pytest.fixture(scope="module")
def rows(batch: Ended, course: Path) -> Rows:
    assert batch.status == 0, batch.err
    return results(course)


def row(rows: Rows, student: str) -> dict[str, Any]:
    return rows[student, HANDED_IN[student][0]]


def error(found: dict[str, Any]) -> float:
    return float(found["metrics"]["error_rate"]["value"])


def check(found: dict[str, Any], kind: str) -> dict[str, Any]:
    ids = {"architecture": "dense-only", "metric": "error"}
    return next(c for c in found["checks"] if c["id"] == ids.get(kind, kind))


def message(found: dict[str, Any]) -> str:
    reasons = [c["message"]["en"] for c in found["checks"]]
    return " ".join([*reasons, json.dumps(found, ensure_ascii=False)])


@pytest.mark.takes(150, "a dozen programs on the real data")
def test_the_batch_ends_with_status_zero_and_every_submission_has_a_row(rows: Rows) -> None:
    assert set(HANDED_IN) - set(LATER) <= {key[0] for key in rows} <= set(HANDED_IN)


def test_results_json_keeps_its_published_schema(rows: Rows, course: Path) -> None:
    schema = json.loads((Path(__file__).parents[2] / "docs/reference/results-v1.schema.json").read_text())
    document = json.loads((course / "reports" / "results.json").read_text())
    Draft202012Validator(schema).validate(document)
    assert len(document["submissions"]) == len(rows)


def test_the_notes_program_5_is_graded_unchanged_from_captured_predictions(rows: Rows) -> None:
    found = row(rows, "programa5")
    assert found["evidence"] == "captured"
    assert 0.02 < error(found) < 0.06
    assert found["runs"][0]["status"] == "ok"


def test_its_architecture_is_tied_to_its_predictions(rows: Rows) -> None:
    assert check(row(rows, "programa5"), "architecture")["outcome"] == "passed"


def test_what_it_printed_carries_the_canaries_and_is_worse_than_measured(rows: Rows, course: Path) -> None:
    found = row(rows, "programa5")
    log = (course / "reports" / found["log"]).read_text(encoding="utf-8")
    printed = [float(p) for p in re.findall(r"(\d+(?:\.\d+)?) ?%", log)]
    assert printed
    closest = min(printed, key=lambda p: abs(p / 100 - error(found) - CANARIES))
    assert closest / 100 == pytest.approx(error(found) + CANARIES, abs=0.004)


def test_copied_test_labels_fail_with_a_finding_that_says_so(rows: Rows) -> None:
    found = row(rows, "copia_qy")
    assert found["verdict"] == "failed"
    assert check(found, "metric")["points"] == 0
    assert "GR402" in [f["code"] for f in found["findings"]]


@pytest.mark.parametrize("course", [WHOLE], indirect=True)
def test_a_convolution_fails_the_architecture_whatever_its_error(rows: Rows) -> None:
    found = row(rows, "convolucional")
    assert found["verdict"] == "failed"
    assert check(found, "architecture")["outcome"] == "failed"
    assert "Conv2D" in check(found, "architecture")["message"]["en"]


@pytest.mark.attack("fake_scores")
@pytest.mark.parametrize("course", [WHOLE], indirect=True)
def test_a_printed_accuracy_of_one_counts_for_nothing(rows: Rows) -> None:
    found = row(rows, "diz")
    assert found["verdict"] == "failed"
    assert error(found) > 0.0161


@pytest.mark.parametrize(
    ("student", "words"),
    [("exit0", "line 1"), ("sintaxe", "line 3"), ("vazio", "cell")],
)
def test_a_program_that_delivers_nothing_fails_with_its_own_message(
    rows: Rows, course: Path, student: str, words: str
) -> None:
    found = row(rows, student)
    assert (found["status"], found["verdict"], found["points"]) == ("graded", "failed", 0)
    assert found["reason"] == "nothing_delivered"
    page = (course / "reports" / found["report"]).read_text(encoding="utf-8")
    assert words in page


def test_a_notebook_that_is_not_json_is_not_graded_and_no_zero(rows: Rows) -> None:
    found = row(rows, "nao_json")
    assert (found["status"], found["reason"], found["points"]) == ("not_graded", "unreadable", None)


@pytest.mark.attack("download")
def test_wget_and_unzip_through_the_shell_work_offline_and_stand_in_the_ledger(rows: Rows) -> None:
    found = row(rows, "wget")
    assert found["runs"][0]["status"] == "ok"
    assert error(found) < 0.02
    assert any("wget" in entry for entry in found["ledger"])


def test_training_labels_by_position_are_near_chance_on_the_banknotes(rows: Rows) -> None:
    found = row(rows, "copia_ay")
    assert found["verdict"] == "failed"
    assert 0.3 < error(found) < 0.7


def assert_the_model_was_asked(found: dict[str, Any]) -> None:
    assert found["evidence"] == "model"
    assert found["metrics"]["accuracy"]["n"] == 3
    assert found["metrics"]["noise_error"]["n"] == 909


def test_inputs_typed_into_the_program_are_recognised_and_the_model_is_asked(rows: Rows) -> None:
    assert_the_model_was_asked(row(rows, "typed1"))


@pytest.mark.parametrize("course", [WHOLE], indirect=True)
def test_with_two_hidden_layers_too(rows: Rows) -> None:
    assert_the_model_was_asked(row(rows, "typed2"))


@pytest.mark.parametrize("course", [WHOLE], indirect=True)
def test_the_fashion_script_is_graded_with_its_figure(rows: Rows, course: Path) -> None:
    found = row(rows, "figura")
    assert found["evidence"] in ("captured", "predictions")
    assert 0.08 < error(found) < 0.16
    assert check(found, "figure")["outcome"] == "passed"
    page = (course / "reports" / found["report"]).read_text(encoding="utf-8")
    assert page.count("data:image/png") > 20


def test_no_verdict_of_the_dishonest_and_the_broken_is_passed(rows: Rows) -> None:
    honest = {"programa5", "wget", "typed1", "typed2", "figura"}
    assert not [s for (s, _), found in rows.items() if s not in honest and found["verdict"] == "passed"]


def test_a_second_grading_runs_nothing_and_says_the_same(course: Path, rows: Rows) -> None:
    again = grader("grade", "submissions", "-j", "2", "--runs", "1", "--lang", "en", cwd=course, timeout=60)
    assert again.status == 0, again.err
    assert "Runs to make" not in again.err
    assert results(course) == rows


def test_no_secret_lies_in_the_reports(course: Path, rows: Rows) -> None:
    names = {p.name for p in (course / "reports").rglob("*")}
    assert not [n for n in names if "order" in n or "canar" in n or n.endswith(".npy")]
    assert (course / ".grader").stat().st_mode & 0o077 == 0
