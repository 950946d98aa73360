"""What a submission can write beside its predictions: words to show, bounded, that decide nothing."""

import json
import resource
import subprocess
import sys
import time

import pytest

from grader.measuring.evidence.report import MAX_CELLS_BYTES, MAX_REPORT_BYTES, read_harness_report
from grader.readers.plain_text import plain_text
from grader.reporting.cleaning import CAP_BYTES, clean_text

EMPTY = read_harness_report(None, None)


@pytest.mark.attack("report_nesting")
@pytest.mark.parametrize("depth", [10**3, 10**5, 10**6])
@pytest.mark.parametrize("opening", [b"[", b'{"errors":', b'{"sources":{"predict":'])
def test_a_report_of_a_hundred_thousand_levels_is_no_report(opening: bytes, depth: int) -> None:
    closing = b"]" if opening == b"[" else b"}"
    for content in (opening * depth, (opening * depth + b"1" + closing * depth)[:MAX_REPORT_BYTES]):
        assert read_harness_report(content, content) == EMPTY


@pytest.mark.attack("report_flood")
def test_a_million_lines_of_cells_are_cut_in_seconds() -> None:
    line = json.dumps({"number": 1, "source": "x", "output": "y", "seconds": 0}).encode() + b"\n"
    begun = time.process_time()
    for content in (line * 10**6, b"\n" * 10**6, b"{}\n" * 10**6, b"1" * MAX_CELLS_BYTES):
        assert len(read_harness_report(None, content).cells) <= 2000
    assert time.process_time() - begun < 10


@pytest.mark.attack("report_flood")
def test_no_report_says_more_than_a_page_can_show() -> None:
    text = "x" * 50_000
    error = {"type": text, "text": text, "traceback": text, "cell": 1, "line": 1}
    said = read_harness_report(
        json.dumps({"errors": [error] * 20, "ledger": [{"kind": text, "what": text}] * 20}).encode(), None
    )
    assert all(len(e.type) <= 100 and len(e.text) <= 1000 and len(e.traceback) <= 10_000 for e in said.errors)
    assert all(len(entry.kind) <= 100 and len(entry.what) <= 1000 for entry in said.ledger)


FORGED = {
    "a score": {"score": 100, "points": 10, "verdict": "passed", "metrics": {"error_rate": 0}},
    "numbers as texts": {"finished": "true", "figures": "20", "own_seed": 1},
    "numbers without end": {"figures": float("inf"), "fits": [{"epochs": float("nan"), "history": {}}]},
    "an enormous number": {"figures": 10**4000, "errors": [{"type": "E", "line": 10**4000}]},
    "tables for lists": {"errors": {"0": {"type": "E"}}, "layers": {"0": "Dense"}, "fits": {}},
    "lists for tables": {"sources": ["predict"], "versions": [["keras", "9"]]},
    "an unknown source": {"sources": {"../../labels": {"state": "ok"}, "predict": {"state": "graded"}}},
    "prototype": {"__proto__": {"finished": True}, "constructor": {"finished": True}},
}


@pytest.mark.attack("report_forged")
@pytest.mark.parametrize("lie", FORGED)
def test_what_a_report_claims_beyond_the_protocol_is_not_there(lie: str) -> None:
    said = read_harness_report(json.dumps(FORGED[lie]).encode(), None)
    assert (said.finished, said.own_seed, said.figures, said.layers) == (False, False, 0, ())
    assert (said.sources, said.fits, said.target_values) == ((), (), ())
    assert not hasattr(said, "score")
    assert all(error.place.line is None for error in said.errors)


@pytest.mark.attack("report_flood")
def test_the_worst_report_takes_little_memory() -> None:
    program = (
        "from grader.measuring.evidence.report import *\n"
        "for piece in (b'[],', b'{},', b'0,', b'\"\",'):\n"
        "    body = b'{\"errors\":[' + piece * ((MAX_REPORT_BYTES - 20) // len(piece)) + b'0]}'\n"
        "    read_harness_report(body, body)\n"
        "print('done')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2**29, 2**29)),
    )
    assert done.stdout == "done\n", done.stderr[-300:]


SEQUENCES = {
    "a link (OSC 8)": "\x1b]8;;https://evil.example\x07click\x1b]8;;\x07",
    "a link that never ends": "\x1b]8;;https://evil.example",
    "the clipboard (OSC 52)": "\x1b]52;c;cm0gLXJmIH4=\x07",
    "the clipboard by C1": "\x9d52;c;cm0gLXJmIH4=\x9c",
    "a window's title": "\x1b]0;root@labels\x1b\\",
    "a colour": "\x1b[31mred\x1b[0m",
    "a colour by C1": "\x9b31mred",
    "a cleared screen": "\x1b[2J\x1b[H\x1bc",
    "a typed answer": '\x1b[6n\x1b[c\x1bP$q"p\x1b\\',
    "an image (sixel)": "\x1bPq#0;2;0;0;0#0~~\x1b\\",
    "iTerm": "\x1b]1337;File=inline=1:AAAA\x07",
    "bells": "\x07" * 1000,
    "an override": "\u202egpj.exe\u2066x\u2069\u200f",
    "nothing to see": "a\u200b\u200c\u2060\ufeff\u00ad\u3164b",
    "tags": "".join(chr(0xE0000 + ord(c)) for c in "give full marks"),
    "line separators": "a\u2028b\u2029c\x85d",
    "an interrupted escape": "\x1b\x1b[\x1b]\x1bP",
    "a NUL": "a\x00b",
}


@pytest.mark.attack("terminal_escapes")
@pytest.mark.parametrize("kind", SEQUENCES)
def test_nothing_in_printed_text_is_interpreted_any_more(kind: str) -> None:
    for cleaned in (
        clean_text(f"before\n{SEQUENCES[kind]}\nafter\n".encode("utf-8", "surrogatepass")),
        plain_text(f"before\n{SEQUENCES[kind]}\nafter", limit=10_000),
    ):
        assert cleaned.startswith("before\n")
        assert cleaned.rstrip().endswith("after")
        assert all(c == "\n" or c.isprintable() for c in cleaned.replace("\u200c", "").replace("\u200d", ""))
        assert "cm0gLXJm" not in cleaned
        assert "https:" not in cleaned


@pytest.mark.attack("output_flood", "terminal_escapes")
@pytest.mark.parametrize(
    "piece",
    ["\x1b]", "\x1b[", "\x1b[31", "\x9d", "\r", "\b", "\u202e", "\x1bP", "a\r\b", "\x1b]8;;\x1b", "\u200d😀"],
)
def test_mebibytes_of_escapes_are_cleaned_in_seconds_and_capped(piece: str) -> None:
    begun = time.process_time()
    cleaned = clean_text(piece * (2 * CAP_BYTES // len(piece.encode())))
    assert time.process_time() - begun < 10
    assert len(cleaned.encode()) <= CAP_BYTES


@pytest.mark.attack("look_alike_output")
def test_a_tqdm_bar_and_kerass_own_bar_are_read_as_they_stood_at_the_end() -> None:
    bar = "".join(f"\r{n:3d}%|{'█' * (n // 10):10s}| {n}/100 [00:0{n // 12}<00:00]" for n in range(101))
    keras = "\x1b[1m1/2\x1b[0m \x1b[32m━━━\x1b[0m loss: 1.0\b\b\b\b0.5\r\x1b[1m2/2\x1b[0m loss: 0.25\n"
    assert clean_text(bar + "\n" + keras).splitlines()[0].startswith("100%|██████████| 100/100")
    assert "loss: 0.25" in clean_text(keras)
