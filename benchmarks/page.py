"""Writes what was measured into docs/reference/benchmarks.md: the rows of the benchmarks that ran."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "benchmarks.md"
HEAD = """# Benchmarks

Written by `make bench`; nothing here is written by hand.
A ratio is of two things measured by turns in one run, so that it holds on other machines too:
what is compared stands in the row.
`make bench BENCH="--pairs 3 help-cpu"` measures some of them and writes their rows alone.

| benchmark | what | median | least to most | times |
|---|---|---|---|---|
"""
Benchmark = Callable[[int], list[float]]


def write_page(measured: Mapping[str, Sequence[float]], benchmarks: Mapping[str, Benchmark]) -> None:
    """Write the rows of ``measured``; rows of other benchmarks stand as they are, of unknown ones go."""
    rows = _rows_there()
    for name, figures in measured.items():
        spread = f"{min(figures):.3g} to {max(figures):.3g}"
        what = _first_line(benchmarks[name])
        rows[name] = f"| {name} | {what} | {statistics.median(figures):.3g} | {spread} | {len(figures)} |"
    known = [rows[name] for name in benchmarks if name in rows]
    PAGE.write_text(HEAD + "\n".join(known) + "\n", encoding="utf-8")


def _rows_there() -> dict[str, str]:
    if not PAGE.is_file():
        return {}
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    table = [line for line in lines if line.startswith("| ")][1:]
    return {line.split("|")[1].strip(): line for line in table}


def _first_line(benchmark: Benchmark) -> str:
    told = getattr(benchmark, "func", benchmark).__doc__ or ""
    return told.strip().splitlines()[0].rstrip(".").replace("``", "`")
