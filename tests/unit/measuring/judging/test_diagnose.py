import pytest

from grader.measuring.evidence.predictions import NothingDelivered
from grader.measuring.evidence.program_text import has_code
from grader.measuring.judging.diagnose import explain_failure
from grader.model.assignment import DeliverSpec
from grader.model.evidence import Cell, HarnessReport, LedgerEntry, Place, ProgramError, Source
from grader.model.message import Text
from grader.model.run import RunStatus
from grader.model.submission import FileKind
from tests.unit.measuring.made import assignment, error, report, run

NOTHING = NothingDelivered(reasons=())
DELIVER = assignment().deliver


def cell(number: int, source: str = "x = 1", failed: ProgramError | None = None) -> Cell:
    return Cell(number=number, source=source, output="", seconds=0.1, error=failed)


SIX_CELLS = report(finished=False, cells=tuple(cell(n) for n in range(1, 7)))


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (RunStatus.TIMEOUT, "GR306", "stopped after 12.5 s"),
        (RunStatus.MEMORY, "GR307", "reached 1.5 GiB"),
        (RunStatus.PROCESSES, "GR308", "too many processes"),
        (RunStatus.DISK, "GR309", "filled the disk"),
        (RunStatus.OUTPUT, "GR310", "printed too much"),
        (RunStatus.KERNEL_DIED, "GR311", "kernel died"),
    ],
)
def test_each_limit_has_its_own_message_and_says_how_far_it_came(
    status: RunStatus, code: str, words: str
) -> None:
    told = explain_failure(run(status), SIX_CELLS, nothing=NOTHING)
    assert told.code == code
    assert words in told.en
    assert "last cell it completed was 6" in told.en
    assert "última célula completa foi a 6" in told.pt


def test_an_error_is_told_with_cell_line_type_and_words() -> None:
    said = report(errors=(error("ValueError", "bad shape\nmore", cell=7, line=3), error("KeyError", "x")))
    told = explain_failure(run(RunStatus.ERROR), said, nothing=NOTHING)
    assert "in cell 7, line 3, with an error: ValueError: bad shape" in told.en
    assert "more" not in told.en
    assert "na célula 7, linha 3," in told.pt


def test_the_line_shown_of_a_long_error_is_the_telling_one() -> None:
    text = "Exception encountered when calling Sequential.call().\n\nInput 0 of layer 'dense' is wrong"
    told = explain_failure(run(RunStatus.ERROR), report(errors=(error("ValueError", text, line=1),)))
    assert "ValueError: Input 0 of layer 'dense' is wrong" in told.en


def test_an_error_in_a_script_is_told_with_its_line() -> None:
    said = report(errors=(error("ZeroDivisionError", "division by zero", line=12),))
    assert "in line 12" in explain_failure(run(RunStatus.ERROR), said).en


def test_an_error_of_a_run_without_report_is_found_in_its_cells() -> None:
    failed = error("NameError", "name 'modelo' is not defined", cell=2, line=1)
    said = report(finished=False, cells=(cell(1), cell(2, failed=failed)))
    told = explain_failure(run(RunStatus.ERROR), said, nothing=NOTHING)
    assert "NameError" in told.en
    assert "'modelo' is used before it exists" in told.en


def test_a_program_that_python_cannot_read_is_told_as_such() -> None:
    said = report(errors=(error("SyntaxError", "invalid syntax", line=4),))
    told = explain_failure(run(RunStatus.ERROR), said)
    assert told.code == "GR302"
    assert told.en.startswith("The program in line 4 cannot be read by Python: ")
    said = report(errors=(error("SyntaxError", "invalid syntax", cell=2, line=4),))
    told = explain_failure(run(RunStatus.ERROR), said)
    assert told.pt.startswith("O programa na célula 2, linha 4, não pode ser lido pelo Python: ")


def test_a_syntax_error_shows_its_line_before_what_python_says_of_it() -> None:
    quoted = (
        "Traceback (most recent call last):\n  mlp2.py, line 4\n    k = = 2\nSyntaxError: invalid syntax\n"
    )
    said = report(errors=(error("SyntaxError", "invalid syntax", line=4, traceback=quoted),))
    told = explain_failure(run(RunStatus.ERROR), said)
    assert "in line 4 cannot be read by Python: k = = 2 — SyntaxError: invalid syntax." in told.en
    assert "na linha 4 não pode ser lido pelo Python: k = = 2 — SyntaxError: invalid syntax." in told.pt


def failing(*cells: tuple[str, str]) -> HarnessReport:
    """Return the report of a notebook whose cells (source, "Type: text") all failed."""
    made = []
    for number, (source, told) in enumerate(cells, start=1):
        kind, _, text = told.partition(": ")
        made.append(cell(number, source, error(kind, text, cell=number, line=1)))
    return report(errors=tuple(c.error for c in made if c.error), cells=tuple(made))


@pytest.mark.parametrize(
    ("cells", "cause"),
    [
        # What followed from nothing came first; what others miss is the cause.
        (
            (
                ("plt.style.use('bonito')", "OSError: 'bonito' is not a valid package style"),
                ("ay2 = np_utils.to_categorical(ay)", "ImportError: cannot import name 'np_utils'"),
                ("model.fit(ax, ay2)", "NameError: name 'ay2' is not defined"),
            ),
            2,
        ),
        # Nothing is missing anywhere: the cell that trains, not the picture.
        (
            (
                ("img = plt.imread('logo.png')", "FileNotFoundError: logo.png"),
                ("model.fit(ax, ay)", "ValueError: shapes"),
            ),
            2,
        ),
        # A name nobody was to make is a cause of its own.
        ((("x = modelo", "NameError: name 'modelo' is not defined"), ("1 / 0", "ZeroDivisionError: z")), 1),
        # A chain leads to its beginning.
        (
            (
                ("import emnist as dados", "ModuleNotFoundError: No module named 'emnist'"),
                ("ax, ay = dados.load()", "NameError: name 'dados' is not defined"),
                ("model.fit(ax, ay)", "NameError: name 'ax' is not defined"),
            ),
            1,
        ),
        # Compared and called is not made.
        (
            (
                ("print(ax == 1)", "NameError: name 'ax' is not defined"),
                ("f(ax=2)", "NameError: name 'ax' is not defined"),
            ),
            1,
        ),
    ],
)
def test_the_first_cell_that_mattered_is_named_as_the_cause(
    cells: tuple[tuple[str, str], ...], cause: int
) -> None:
    told = explain_failure(run(RunStatus.ERROR), failing(*cells), nothing=NOTHING)
    assert f"in cell {cause}," in told.en


def test_a_line_of_64_kb_is_looked_at_in_no_time() -> None:
    long = failing(("ax " * 22_000, "KeyError: 'x'"), ("fit(ax)", "NameError: name 'ax' is not defined"))
    assert "cell 2" in explain_failure(run(RunStatus.ERROR), long).en


def test_an_empty_script_is_told_like_an_empty_notebook() -> None:
    told = explain_failure(run(), report(), nothing=NOTHING, kind=FileKind.SCRIPT, without_code=True)
    assert told.code == "GR316"
    assert has_code("# nada\n'texto'\nx = 1\n")
    assert not has_code("# coding: utf-8\n\n'só texto'\n# fim")


@pytest.mark.parametrize(
    ("sources", "fitting", "silent"),
    [
        ((Source.MODEL,), "only a Keras model can be measured", ("variable", "predict(X)", "model.evaluate")),
        ((Source.PREDICT,), "must define the function predict(X)", ("in a variable", "model.save")),
        ((Source.CAPTURED, Source.MODEL), "only a Keras model", ("variable", "predict(X)")),
        ((Source.PREDICTIONS,), "in a variable with one of these names (QP, y_pred)", ("predict(X)",)),
    ],
)
def test_advice_is_about_what_the_exercise_accepts(
    sources: tuple[Source, ...], fitting: str, silent: tuple[str, ...]
) -> None:
    deliver = DeliverSpec(sources=sources, predictions=("QP", "y_pred"), model=("model",))
    told = explain_failure(run(), report(), nothing=NOTHING, deliver=deliver)
    assert fitting in told.en
    assert [words for words in silent if words in told.en] == []


def test_what_a_program_did_not_use_is_no_reason_beside_an_error() -> None:
    none, short = Text("nenhum modelo", "no model"), Text("QP tem 5", "QP has 5")
    nothing = NothingDelivered(reasons=(short,), absent=(none,))
    said = report(errors=(error("ImportError", "graphviz", cell=2, line=1),))
    told = explain_failure(run(RunStatus.ERROR), said, nothing=nothing)
    assert "QP has 5" in told.en
    assert "no model" not in told.en
    assert "no model" in explain_failure(run(), report(), nothing=nothing, deliver=DELIVER).en


def test_leaving_early_is_told_whichever_way_it_was_done() -> None:
    stopped = report(errors=(error("SystemExit", "1", line=1),))
    assert explain_failure(run(RunStatus.ERROR), stopped, nothing=NOTHING).code == "GR303"
    vanished = report(finished=False)
    assert explain_failure(run(), vanished, nothing=NOTHING).code == "GR303"
    noted = report(ledger=(LedgerEntry(kind="exit", what="exit()", place=Place(line=1)),))
    told = explain_failure(run(), noted, nothing=NOTHING)
    assert told.code == "GR303"
    assert "in line 1" in told.en


def test_a_crash_names_its_signal() -> None:
    assert "SIGSEGV" in explain_failure(run(RunStatus.CRASH, signal=11), SIX_CELLS).en
    assert "77" in explain_failure(run(RunStatus.CRASH, signal=77), report()).en
    assert "?" in explain_failure(run(RunStatus.CRASH), report()).en


def test_an_exit_status_without_a_word_is_told() -> None:
    assert "exit status 3" in explain_failure(run(RunStatus.ERROR, exit_code=3), report()).en


def test_an_empty_notebook_is_told_as_one() -> None:
    said = report(cells=(cell(1, "   "),))
    assert explain_failure(run(), said, nothing=NOTHING, kind=FileKind.NOTEBOOK).code == "GR312"
    full = report(cells=(cell(1, "x = 1"),))
    assert explain_failure(run(), full, nothing=NOTHING, kind=FileKind.NOTEBOOK).code == "GR313"
    assert explain_failure(run(), report(), nothing=NOTHING, kind=FileKind.SCRIPT).code == "GR313"


def test_a_program_that_delivered_nothing_is_told_every_way_it_could_have() -> None:
    short = Text("QP tem 5 linhas", "QP has 5 rows")
    told = explain_failure(run(), report(), nothing=NothingDelivered(reasons=(short,)), deliver=DELIVER)
    for words in ("QP has 5 rows", "predict(X)", "QP, y_pred", "model.evaluate", "tf.data", "model.save"):
        assert words in told.en
    assert "QP tem 5 linhas" in told.pt


def test_what_was_refused_is_told_with_its_reasons() -> None:
    why = Text("não é arquivo comum", "is not a plain file")
    told = explain_failure(run(), report(), nothing=NothingDelivered(reasons=(why,), refused=True))
    assert told.code == "GR314"
    assert "not a plain file" in told.en


def test_an_error_does_not_hide_why_predictions_were_passed_over() -> None:
    short = Text("QP tem 5 linhas", "QP has 5 rows")
    said = report(errors=(error("ImportError", "graphviz", cell=2, line=1),))
    told = explain_failure(run(RunStatus.ERROR), said, nothing=NothingDelivered(reasons=(short,)))
    assert "ImportError: graphviz" in told.en
    assert "QP has 5 rows" in told.en


@pytest.mark.parametrize("status", list(RunStatus))
def test_every_status_has_a_message_in_both_languages(status: RunStatus) -> None:
    for said in (report(), SIX_CELLS, report(errors=(error("E", "t", cell=1),))):
        told = explain_failure(run(status), said, nothing=NOTHING, deliver=DELIVER)
        assert told.pt
        assert told.en
        assert told.pt != told.en
        assert "{" not in told.pt + told.en
