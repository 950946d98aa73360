import codecs
import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.coursefiles.notebooks import MOST_BYTES, MOST_CELLS, MOST_SOURCE, normalise_notebook, saved_cells
from grader.model.errors import SubmissionError
from tests.unit.coursefiles.written import a_notebook


def _cells(content: bytes) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = json.loads(normalise_notebook(content, "a.ipynb").content)["cells"]
    return cells


def _sources(content: bytes) -> list[str]:
    return [cell["source"] for cell in _cells(content)]


def _refused(content: bytes) -> SubmissionError:
    with pytest.raises(SubmissionError) as caught:
        normalise_notebook(content, "a.ipynb")
    assert "\n" not in caught.value.message.pt
    return caught.value


def _code(content: bytes) -> str | None:
    return _refused(content).message.code


def test_sources_come_out_as_they_were_and_saved_outputs_do_not() -> None:
    content = a_notebook("x = 1\n", ["import os\n", "os.getcwd()"]).replace(
        b'"outputs": []', b'"outputs": [{}]'
    )
    (first, second) = _cells(content)
    assert first == {"cell_type": "code", "source": "x = 1\n", "metadata": {}}
    assert second["source"] == "import os\nos.getcwd()"
    assert b"outputs" not in normalise_notebook(content, "a.ipynb").content


def test_an_old_notebook_is_brought_up_to_date() -> None:
    cells = [
        {"cell_type": "heading", "level": 1, "source": ["Exercise"]},
        {"cell_type": "code", "input": ["x = 1\n", "print(x)"], "language": "python", "outputs": []},
        {"cell_type": "html", "source": "<b>"},
    ]
    for version in (2, 3):
        content = json.dumps({"nbformat": version, "worksheets": [{"cells": cells}, {"cells": cells[1:2]}]})
        read = _cells(content.encode())
        assert [c["cell_type"] for c in read] == ["markdown", "code", "markdown", "code"]
        assert read[1]["source"] == "x = 1\nprint(x)"


def test_a_byte_order_mark_is_no_mistake() -> None:
    assert _sources(b"\xef\xbb\xbf" + a_notebook("x = 1")) == ["x = 1"]


@pytest.mark.parametrize("order", ["le", "be"])
def test_a_notebook_in_utf16_is_read_and_told(order: str) -> None:
    mark = {"le": codecs.BOM_UTF16_LE, "be": codecs.BOM_UTF16_BE}[order]
    written = mark + a_notebook("x = 'ação ∑'").decode().encode(f"utf-16-{order}")
    plain = normalise_notebook(written, "a.ipynb")
    assert json.loads(plain.content)["cells"][0]["source"] == "x = 'ação ∑'"
    assert [(entry.kind, entry.what) for entry in plain.ledger] == [("encoding", "UTF-16")]


def test_windows_line_ends_and_tabs_stay_in_the_source() -> None:
    assert _sources(a_notebook("if x:\r\n\ty = 1\r\n")) == ["if x:\r\n\ty = 1\r\n"]


def test_a_lone_surrogate_becomes_a_question_mark() -> None:
    assert _sources(a_notebook("s = '\ud800'")) == ["s = '?'"]


def test_a_notebook_with_megabytes_of_plots_is_read_quickly() -> None:
    plot = {"output_type": "display_data", "data": {"image/png": "iVBOR" * 1_000_000}, "metadata": {}}
    cell = {"cell_type": "code", "source": "plot()", "metadata": {}, "outputs": [plot]}
    begun = time.perf_counter()
    assert _sources(a_notebook(cells=[cell])) == ["plot()"]
    assert time.perf_counter() - begun < 20


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "GR138"),
        (b" \n\t", "GR138"),
        (b"\xef\xbb\xbf", "GR138"),
        ("x = 'ação'".encode("latin-1"), "GR135"),
        (a_notebook("x").decode().encode("utf-32"), "GR135"),
        ("x = 1".encode("utf-16"), "GR131"),
        (b"<!DOCTYPE html><html><body>{}</body></html>", "GR136"),
        (b"  \n<html lang='pt'>", "GR136"),
        (b"import numpy as np\nprint(np.pi)\n", "GR131"),
        (b"%matplotlib inline\n", "GR131"),
        ("Resposta: o erro caiu porque a rede é densa.".encode(), "GR130"),
        (a_notebook("x")[:-20], "GR130"),
        (a_notebook("x").replace(b'"cells"', b'<<<<<<< HEAD\n"cells"'), "GR130"),
        (b'{\n<<<<<<< HEAD\n "nbformat": 4,\n=======\n "nbformat": 3\n>>>>>>> other\n}', "GR137"),
        (b"[]", "GR132"),
        (b"{}", "GR132"),
        (b"null", "GR132"),
        (b'"notebook"', "GR132"),
        (a_notebook("x", nbformat=999), "GR132"),
        (a_notebook("x", nbformat=1), "GR132"),
        (a_notebook("x", nbformat=True), "GR132"),
        (a_notebook("x", nbformat="4"), "GR132"),
        (a_notebook("x", nbformat=4.0), "GR132"),
        (a_notebook("x", nbformat=None), "GR132"),
        (a_notebook(cells="abc"), "GR132"),
        (a_notebook(cells={"0": {}}), "GR132"),
        (a_notebook(cells=None), "GR132"),
        (a_notebook(cells=[3]), "GR132"),
        (a_notebook(cells=[{"cell_type": "code", "source": {}}]), "GR132"),
        (a_notebook(cells=[{"cell_type": "code", "source": ["x", 3]}]), "GR132"),
        (a_notebook(cells=[{"cell_type": 7, "source": "x"}]), "GR132"),
        (a_notebook(cells=[{"source": "x"}]), "GR132"),
        (b'{"nbformat": 3, "worksheets": "abc"}', "GR132"),
        (b'{"nbformat": 3, "worksheets": [3]}', "GR132"),
        (b'{"nbformat": 3}', "GR132"),
        (a_notebook("x", nbformat=float("nan")), "GR132"),
        (a_notebook(float("inf")), "GR132"),
        (b'{"nbformat": ' + b"9" * 10**6 + b', "cells": []}', "GR132"),
        (b'{"nbformat": 4, "cells": [], "cells": []}', "GR132"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "x", "source": "y"}]}', "GR132"),
        (b'{"nbformat": 4, "cells": ' + b"[" * 900 + b"]" * 900 + b"}", "GR132"),
        (b"[" * 10**6, "GR130"),
        (b'{"a":' * 70, "GR130"),
        (b"[" + b"[]," * 2_000_001 + b"[]]", "GR139"),
        (a_notebook([""] * 600_000), "GR139"),
        (a_notebook("x" * (MOST_SOURCE + 1)), "GR161"),
    ],
)
def test_what_is_no_notebook_is_refused_with_one_line(content: bytes, code: str) -> None:
    assert _code(content) == code


def test_the_line_of_broken_json_is_told() -> None:
    assert "line 2" in _refused(b'{\n "nbformat": 4,, }').message.en


def test_too_many_cells_are_refused_quickly() -> None:
    content = (
        b'{"nbformat": 4, "cells": [' + b",".join([b'{"cell_type":"code","source":"x"}'] * 10**5) + b"]}"
    )
    begun = time.perf_counter()
    error = _refused(content)
    assert time.perf_counter() - begun < 20
    assert error.message.code == "GR133"
    assert "100000" in error.message.en.replace(",", "")


def test_as_many_cells_as_allowed_are_read() -> None:
    assert len(_cells(a_notebook(*["x"] * MOST_CELLS))) == MOST_CELLS


def test_a_file_over_the_limit_is_refused_unparsed() -> None:
    assert _code(b" " * (MOST_BYTES + 1)) == "GR125"


@pytest.mark.parametrize(
    "content",
    [
        b'"' + b'\\"' * 5_000_000,
        b'"' * 9_999_999,
        b'"\\' * 5_000_000,
        b'{"' + b"\\\\" * 5_000_000,
        b"\\" * 10_000_000,
    ],
)
def test_quotes_that_never_end_cost_no_more_than_their_bytes(content: bytes) -> None:
    begun = time.perf_counter()
    _refused(content)
    assert time.perf_counter() - begun < 20


THROWN_AWAY = [
    b'{"loss": NaN}',
    b'{"loss": -Infinity, "n": 1e999, "m": 007}',
    b'{"tags": [], "tags": {}}',
    b"[" * 100_000 + b"]" * 100_000,
    b'"' + b"\\u005c" * 1000 + b'"',
    b"9" * 10**6,
    b'{"a": what is this, [,,]}',
    "{'não': 'é JSON'}".encode("latin-1"),
]


@pytest.mark.parametrize("value", THROWN_AWAY, ids=range(len(THROWN_AWAY)))
@pytest.mark.parametrize("place", [b'"metadata": {}', b'"outputs": []', b'"execution_count": null'])
def test_what_is_thrown_away_decides_nothing(value: bytes, place: bytes) -> None:
    key = place.partition(b":")[0]
    content = a_notebook("x = 1", ["y = ", "2"]).replace(place, key + b": " + value)
    assert _sources(content) == ["x = 1", "y = 2"]
    assert [cell.source for cell in saved_cells(content, "a.ipynb")] == ["x = 1", "y = 2"]


def test_a_key_said_twice_where_it_matters_is_named() -> None:
    assert "the key cells stands twice" in _refused(b'{"nbformat": 4, "cells": [], "cells": []}').message.en


def test_a_cell_of_a_kind_that_python_does_not_run_is_passed_over_and_told() -> None:
    cells = [
        {"cell_type": "sql", "source": {"select": 1}},
        {"cell_type": "markdown", "source": 7},
        {"cell_type": "code", "source": "x = 1"},
    ]
    content = a_notebook(cells=cells)
    assert [(c["cell_type"], c["source"]) for c in _cells(content)] == [
        ("raw", ""),
        ("markdown", ""),
        ("code", "x = 1"),
    ]
    (told,) = normalise_notebook(content, "a.ipynb").ledger
    assert (told.kind, told.what, told.place.cell) == ("cell_kind", "sql", 1)


def test_a_source_of_a_windows_editor_is_read_and_told() -> None:
    raw = json.dumps(json.loads(a_notebook("x = 'acurácia'", "y = 1")), ensure_ascii=False).encode("cp1252")
    assert _sources(raw) == ["x = 'acurácia'", "y = 1"]
    (told,) = normalise_notebook(raw, "a.ipynb").ledger
    assert (told.kind, told.what, told.place.cell) == ("encoding", "windows-1252", 1)


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        ({"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}, "R"),
        ({"kernelspec": {"name": "ir"}}, "R"),
        ({"kernelspec": {"name": "julia-1.9", "language": "julia"}}, "Julia"),
        ({"language_info": {"name": "julia"}}, "Julia"),
        ({"kernelspec": {"name": "xoctave"}, "language_info": {"name": "scala"}}, "scala"),
        ({"kernelspec": {"language": "R"}, "loss": float("nan")}, "R"),
    ],
)
def test_a_notebook_of_another_language_is_named_as_such(metadata: object, language: str) -> None:
    error = _refused(a_notebook("library(keras)\nx <- 1", metadata=metadata))
    assert error.message.code == "GR160"
    assert f"is a notebook in {language};" in error.message.en
    assert f"é um notebook em {language};" in error.message.pt


@pytest.mark.parametrize(
    ("metadata", "source"),
    [
        ({}, "x <- 1"),
        ({"kernelspec": "R"}, "x = 1"),
        ({"kernelspec": {"name": "tf-gpu"}}, "x = 1"),
        ({"kernelspec": {"name": "conda-env-r-py"}}, "x = 1"),
        ({"kernelspec": {"name": "python3", "language": "python"}, "language_info": {"name": "R"}}, "x = 1"),
        ({"kernelspec": {"name": "ir", "language": "R"}}, "# left over\nimport numpy as np"),
        ({"kernelspec": {"name": "ir", "language": "R"}}, "x = 1\nfrom sklearn.svm import SVC"),
        ({"language_info": {"name": "ipython", "version": "3.10"}}, "x = 1"),
    ],
)
def test_metadata_that_lie_or_say_nothing_keep_no_python_from_running(metadata: object, source: str) -> None:
    assert _sources(a_notebook(source, metadata=metadata)) == [source]


@settings(max_examples=300)
@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    try:
        normalise_notebook(content, "a.ipynb")
    except SubmissionError as refused:
        assert refused.message.code is not None  # noqa: PT017 - either outcome is right


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=15,
)


@settings(max_examples=200)
@given(cells=_JSON, version=st.sampled_from([2, 3, 4]), sheets=_JSON)
def test_whatever_stands_for_the_cells_is_read_or_refused(cells: Any, version: int, sheets: Any) -> None:
    content = json.dumps({"nbformat": version, "cells": cells, "worksheets": sheets}).encode()
    try:
        normalise_notebook(content, "a.ipynb")
    except SubmissionError as refused:
        assert refused.message.code == "GR132"  # noqa: PT017 - either outcome is right


@given(st.lists(st.text(), max_size=5))
def test_what_was_normalised_once_stays_as_it_is(sources: list[str]) -> None:
    once = normalise_notebook(a_notebook(*sources), "a.ipynb").content
    assert normalise_notebook(once, "a.ipynb").content == once
