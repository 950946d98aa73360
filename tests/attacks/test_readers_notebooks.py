"""Hostile notebooks: refused in a line, or read for their cells alone, in time linear in their bytes."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.coursefiles.find_submissions import find_submissions
from grader.coursefiles.notebooks import MOST_CELLS, normalise_notebook
from grader.model.errors import SubmissionError
from tests.unit.coursefiles.written import a_notebook, files

PROGRAM = "import keras\nmodel.fit(AX, AY)\n"
CELL = b'{"cell_type":"code","source":""}'


def _told(content: bytes) -> tuple[str | None, str]:
    with pytest.raises(SubmissionError) as caught:
        normalise_notebook(content, "digits.ipynb")
    return caught.value.message.code, caught.value.message.en


def _many_cells(count: int) -> bytes:
    return b'{"nbformat":4,"cells":[' + b",".join([CELL] * count) + b"]}"


@pytest.mark.attack("nb_million_cells")
@pytest.mark.parametrize("count", [MOST_CELLS + 1, 100_000, 600_000])
def test_too_many_cells_are_refused_in_seconds(count: int) -> None:
    content = _many_cells(count)
    begun = time.process_time()
    code, told = _told(content)
    assert code == "GR133"
    assert told.startswith(f"digits.ipynb: has {count} cells; the most is 2000")
    assert time.process_time() - begun < 10


@pytest.mark.attack("nb_million_cells")
def test_a_notebook_of_a_million_cells_is_a_row_that_a_person_must_look_at(tmp_path: Path) -> None:
    root = files(tmp_path / "in", {"digits/eve.ipynb": _many_cells(10**6), "digits/ana.py": PROGRAM})
    found = find_submissions(root, ["digits"], intake=tmp_path / "intake")
    assert [s.student for s in found.submissions] == ["ana"]
    assert [u.student for u in found.unreadable] == ["eve"]
    assert len(found.unreadable[0].finding.message.en) < 200


MALFORMED: dict[str, bytes] = {
    "latin-1": a_notebook("x = 'ação'").decode("unicode_escape").encode("latin-1", "replace") + b"\xe7",
    "utf-16": a_notebook("x").decode().encode("utf-16")[:-9],
    "utf-32": a_notebook("x").decode().encode("utf-32"),
    "utf-7": b"+AHsAIg-nbformat+ACI-:4}",
    "nothing": b"",
    "only a byte order mark": b"\xef\xbb\xbf",
    "NULs": b"\0" * 1000,
    "nbformat 999": a_notebook("x", nbformat=999),
    "nbformat -1": a_notebook("x", nbformat=-1),
    "nbformat 1e999": b'{"nbformat": 1e999, "cells": []}',
    "cells are text": a_notebook(cells="abc"),
    "a cell is a number": a_notebook(cells=[3]),
    "source is a table": a_notebook(cells=[{"cell_type": "code", "source": {}}]),
    "source is a list of numbers": a_notebook(cells=[{"cell_type": "code", "source": [1, 2]}]),
    "NaN for a version": a_notebook("x", nbformat=float("nan")),
    "Infinity for a source": a_notebook(float("-inf")),
    "an integer of a million digits": b'{"nbformat": ' + b"9" * 10**6 + b', "cells": []}',
    "cells twice": b'{"nbformat": 4, "cells": [], "cells": []}',
    "a source twice": b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "x", "source": "y"}]}',
    "a kind twice": b'{"nbformat": 4, "cells": [{"cell_type": "raw", "cell_type": "code", "source": "y"}]}',
    "cells twice, one in disguise": b'{"nbformat": 4, "cells": [], "\\u0063ells": []}',
    "deep": b'{"nbformat": 4, "cells": ' + b"[" * 10**5 + b"]" * 10**5 + b"}",
    "deep and never closed": b"[" * 10**6,
    "a string that never ends": b'{"nbformat": 4, "cells": ["' + b"x" * 10**6,
    "trailing garbage": a_notebook("x") + b"{}",
    "a zip": b"PK\x03\x04" + bytes(100),
    "a pickle": b"cos\nsystem\n(S'id'\ntR.",
    "HTML": b"<html><script>alert(1)</script></html>",
}


@pytest.mark.attack("nb_malformed")
@pytest.mark.parametrize("kind", MALFORMED)
def test_what_is_no_notebook_is_refused_in_one_line(kind: str) -> None:
    code, told = _told(MALFORMED[kind])
    assert (code or "").startswith("GR1")
    assert "\n" not in told
    assert len(told) < 300
    assert "Traceback" not in told


HEAVY: dict[str, Callable[[], bytes]] = {
    "a million lines of output": lambda: a_notebook(
        cells=[
            {
                "cell_type": "code",
                "source": PROGRAM,
                "outputs": [{"output_type": "stream", "name": "stdout", "text": ["loss\n"] * 10**6}],
            }
        ]
    ),
    "attachments": lambda: a_notebook(
        cells=[
            {
                "cell_type": "markdown",
                "source": "![x](attachment:x.png)",
                "attachments": {f"{n}.png": {"image/png": "A" * 1000} for n in range(10_000)},
            },
            {"cell_type": "code", "source": PROGRAM},
        ]
    ),
    "metadata of 15 MiB": lambda: a_notebook(PROGRAM, metadata={"widgets": {"state": "x" * 15 * 2**20}}),
    "a hundred thousand keys": lambda: a_notebook(PROGRAM, metadata={f"k{n}": n for n in range(10**5)}),
    "a line of ten million letters": lambda: a_notebook("x = '" + "y" * 10**7 + "'", PROGRAM),
    "a source of a hundred thousand pieces": lambda: a_notebook(["#\n"] * 10**5 + [PROGRAM]),
    "quotes and backslashes": lambda: a_notebook('\\"' * 10**6, PROGRAM),
    "lone surrogates": lambda: a_notebook("x = '\ud800\udfff'", PROGRAM),
    "brackets in a string": lambda: a_notebook("[{" * 10**6, PROGRAM),
    "a picture of 21 MB": lambda: a_notebook(
        cells=[
            {
                "cell_type": "code",
                "source": PROGRAM,
                "outputs": [{"output_type": "display_data", "data": {"image/png": "A" * 28 * 2**20}}],
            }
        ]
    ),
    "a table of 260,000 rows": lambda: a_notebook(
        cells=[
            {
                "cell_type": "code",
                "source": PROGRAM,
                "outputs": [{"data": {"application/json": [{"x": n, "y": [n, n]} for n in range(260_000)]}}],
            }
        ]
    ),
    "a hundred thousand levels of metadata": lambda: a_notebook(PROGRAM).replace(
        b'"metadata": {}', b'"metadata": ' + b"[" * 10**5 + b"]" * 10**5
    ),
    "keys said twice": lambda: a_notebook(PROGRAM).replace(
        b'"metadata": {}', b'"metadata": {"tags": [], "tags": [], "tags": {}}'
    ),
    "what is no JSON": lambda: a_notebook(PROGRAM).replace(
        b'"metadata": {}', b'"metadata": {NaN: Infinity, -1e999, "\xff": \\ }'
    ),
    "an integer of a million digits": lambda: a_notebook(PROGRAM).replace(
        b'"execution_count": null', b'"execution_count": ' + b"9" * 10**6
    ),
    "ids, languages and kernels": lambda: a_notebook(
        PROGRAM, metadata={"kernelspec": {"name": "../../bin/sh"}, "language_info": {"name": "bash"}}
    ),
}


@pytest.mark.attack("nb_heavy")
@pytest.mark.parametrize("kind", HEAVY)
def test_what_weighs_down_a_notebook_is_left_behind(kind: str) -> None:
    content = HEAVY[kind]()
    begun = time.process_time()
    read = json.loads(normalise_notebook(content, "digits.ipynb").content)
    assert time.process_time() - begun < 10
    assert read["cells"][-1]["source"].endswith(PROGRAM)
    assert set(read) == {"nbformat", "nbformat_minor", "metadata", "cells"}
    assert read["metadata"] == {}
    assert all(set(cell) == {"cell_type", "source", "metadata"} for cell in read["cells"])


@pytest.mark.attack("nb_heavy")
def test_no_notebook_costs_gigabytes() -> None:
    program = (
        "from grader.coursefiles.notebooks import normalise_notebook\n"
        "from grader.model.errors import SubmissionError\n"
        "for piece in (b'0,', b'{\"a\":0},'):\n"
        "    body = piece * (99 * 2**20 // len(piece))\n"
        '    content = b\'{"nbformat":4,"cells":[],"metadata":{"x":[\' + body + b\'0]}}\'\n'
        "    try:\n        normalise_notebook(content, 'x')\n"
        "    except SubmissionError:\n        pass\n"
        "print('done')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30)),
    )
    assert done.stdout == "done\n", done.stderr[-300:]
