import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from grader.measuring.evidence.report import read_harness_report
from grader.model.evidence import Drawing, Source, SourceState
from grader.readers.plain_text import plain_text

AS_IN_THE_PROTOCOL: dict[str, Any] = {
    "protocol": 1,
    "finished": True,
    "errors": [{"type": "ValueError", "text": "no", "cell": None, "line": 12, "traceback": "T"}],
    "sources": {
        "predict": {"state": "absent"},
        "predictions": {"state": "passed_over", "why": "length", "detail": "QP has 5 rows"},
        "captured": {"state": "ok"},
        "model": {"state": "ok"},
    },
    "ledger": [{"kind": "pip", "what": "!pip install x", "cell": 1, "line": 1}],
    "fits": [{"epochs": 3, "seconds": 4.1, "history": {"loss": [0.5, 0.3]}, "on_test_rows": True}],
    "own_seed": True,
    "figures": 1,
    "imports": ["numpy", "sklearn.svm"],
    "drawings": [{"axes": 20, "images": 20, "colours": {"#0000ff": 20}}],
    "layers": ["InputLayer", "Dense"],
    "target_values": [1.0, -1.0],
    "versions": {"python": "3.11.2"},
}


def read(report: Any = None, cells: Any = None) -> Any:
    content = None if report is None else json.dumps(report).encode()
    lines = None if cells is None else b"".join(json.dumps(c).encode() + b"\n" for c in cells)
    return read_harness_report(content, lines)


def test_a_report_as_in_the_protocol_is_read_whole() -> None:
    said = read(AS_IN_THE_PROTOCOL)
    assert said.finished
    assert said.own_seed
    (error,) = said.errors
    assert (error.type, error.text, error.place.cell, error.place.line) == ("ValueError", "no", None, 12)
    assert said.source(Source.PREDICT).state is SourceState.ABSENT
    assert said.source(Source.PREDICTIONS).why == "length"
    assert said.source(Source.CAPTURED).state is SourceState.OK
    (entry,) = said.ledger
    assert (entry.kind, entry.what, entry.place.cell) == ("pip", "!pip install x", 1)
    (fit,) = said.fits
    assert (fit.epochs, fit.seconds, fit.on_test_rows) == (3, 4.1, True)
    assert fit.history == {"loss": (0.5, 0.3)}
    assert (said.figures, said.layers) == (1, ("InputLayer", "Dense"))
    assert said.imports == ("numpy", "sklearn.svm")
    assert said.drawings == (Drawing(axes=20, images=20, colours={"#0000ff": 20}),)
    assert said.target_values == (-1.0, 1.0)
    assert said.versions == {"python": "3.11.2"}


def test_no_report_is_a_run_that_did_not_finish_but_its_cells_count() -> None:
    cell = {"number": 3, "source": "x = 1", "output": "out", "seconds": 0.5, "error": None}
    said = read(None, [cell])
    assert not said.finished
    assert [(c.number, c.source, c.output) for c in said.cells] == [(3, "x = 1", "out")]


def test_a_torn_last_line_is_left_out() -> None:
    whole = json.dumps({"number": 1, "source": "", "output": "", "seconds": 1, "error": None})
    said = read_harness_report(None, whole.encode() + b'\n{"number": 2, "sou')
    assert [c.number for c in said.cells] == [1]


def test_a_cell_keeps_its_error_and_place() -> None:
    error = {"type": "NameError", "text": "name 'x'", "cell": 7, "line": 3, "traceback": ""}
    said = read(None, [{"number": 7, "source": "x", "output": "", "seconds": 0, "error": error}])
    assert said.cells[0].error.place.line == 3


odd = st.sampled_from([None, True, -1, 7, 10**400, 1e308, float("nan"), "", "ok", "\x00\u202e"])
values: st.SearchStrategy[Any] = st.recursive(
    odd,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["epochs", "type", "cell"]), inner)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(AS_IN_THE_PROTOCOL)), values))
def test_no_values_of_other_types_make_it_raise(report: dict[str, Any]) -> None:
    read(report, [report])
    read(AS_IN_THE_PROTOCOL | {key: [report] for key in ("errors", "fits", "ledger")})


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(content: bytes) -> None:
    read_harness_report(content, content)


def test_hostile_json_is_no_report() -> None:
    for content in (
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b"1" * 100_000,
        b'"' + b"x" * (5 << 20) + b'"',
        b"\xff\xfe{",
        b"[1, 2]",
    ):
        assert not read_harness_report(content, content).finished


def test_a_number_that_is_none_is_absent() -> None:
    said = read_harness_report(
        b'{"finished": 1, "figures": true, "fits": [{"epochs": 1e3}, {"epochs": 2, "seconds": NaN,'
        b' "history": {"loss": [1, 2, Infinity, 3], "x": "y"}}], "target_values": [0, NaN]}',
        None,
    )
    assert not said.finished
    assert said.figures == 0
    (fit,) = said.fits
    assert fit.seconds == 0
    assert fit.history == {"loss": (1.0, 2.0), "x": ()}
    assert said.target_values == ()


def test_a_whole_number_of_thousands_of_digits_is_absent() -> None:
    said = read_harness_report(b'{"figures": ' + b"9" * 4000 + b"}", None)
    assert said.figures == 0


def test_lists_and_texts_end_at_their_caps() -> None:
    said = read(
        {
            "errors": [{"type": "E", "text": "x" * 2000}] * 1000,
            "layers": ["Dense"] * 5000,
            "ledger": [{"kind": "pip", "what": "y" * 1200}] * 1000,
        }
    )
    assert len(said.errors) == 50
    assert len(said.errors[0].text) == 1000
    assert len(said.layers) == 1000
    assert len(said.ledger) == 500


def test_text_loses_colours_controls_and_direction_tricks() -> None:
    raw = "\x1b[31mred\x1b[0m \x1b]0;title\x07a\x00b\u202egnp.exe\u2066 caf\u00e9 \ud800\U0001f600\ttab\nline"
    assert plain_text(raw, limit=200) == "red abgnp.exe caf\u00e9 \U0001f600\ttab\nline"


def test_the_line_ends_of_other_alphabets_are_line_ends() -> None:
    assert plain_text("one\u2028two\u2029three", limit=100) == "one\ntwo\nthree"


def test_a_name_adds_no_line_to_a_message() -> None:
    forged = "ValueError\n\tana-souza   10 / 10"
    told = read({"errors": [{"type": forged}], "layers": [forged], "versions": {forged: forged}})
    assert told.errors[0].type == told.layers[0] == "ValueError ana-souza 10 / 10"
    assert dict(told.versions) == {told.layers[0]: told.layers[0]}


def test_a_progress_bar_is_shown_as_it_stood_at_the_end() -> None:
    assert plain_text("a\r\n 10%\r 50%\r100%\ndone\r\n", limit=100) == "a\n100%\ndone\n"
    assert plain_text("1/2 [==]\b\b\b\b\b\b\b\b2/2 [==]\n", limit=100) == "2/2 [==]\n"


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert plain_text(b"ol\xe1 mundo", limit=100) == "ol\ufffd mundo"


@given(st.text(max_size=200), st.integers(0, 50))
def test_plain_text_is_short_and_stays_as_it_is_when_cleaned_again(raw: str, limit: int) -> None:
    once = plain_text(raw, limit=limit)
    assert len(once) <= limit
    assert plain_text(once, limit=limit) == once


def test_drawings_keep_to_counts_and_colours() -> None:
    odd = [{"axes": -1, "images": True, "colours": {"blue": 3, "#00f": 1, "#0000ff": 0, "#ff0000": 2}}, 7]
    said = read({"finished": True, "drawings": odd * 30, "imports": ["a\x1b[31m.b", 5, ""] * 2000})
    assert said.drawings[0] == Drawing(axes=0, images=0, colours={"#ff0000": 2})
    assert len(said.drawings) == 20
    assert set(said.imports) == {"a.b"}
    assert len(said.imports) == 1000
