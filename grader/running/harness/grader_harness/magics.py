"""Magics of a notebook that need what is not here: noted and left out, never the reason to stop."""

import re
from typing import Any

from grader_harness.ledger import Ledger
from grader_harness.places import TIMED_CELL

NEUTRAL = {
    **dict.fromkeys(("pip", "conda", "mamba", "uv"), "pip"),
    **dict.fromkeys(("tensorflow_version", "tensorboard"), "magic"),
}
OTHER_LANGUAGES = frozenset(
    (
        "R",
        "sql",
        "bigquery",
        "julia",
        "octave",
        "matlab",
        "cypher",
        "kql",
        "spark",
        "fortran",
        "maxima",
        "sage",
    )
)
"""Cell magics whose cell is no Python."""
STATEMENT = re.compile(r"[^-\s].*[(=]")
"""What stands behind a line magic and is worth running: a call or an assignment, no options."""


def replace_magics(shell: Any, ledger: Ledger) -> None:
    """Neutralise what installs packages, starts servers or loads an absent extension; keep IPython's own."""
    for name, kind in NEUTRAL.items():
        shell.register_magic_function(_neutral(name, kind, ledger), "line", name)
    shell.register_magic_function(_load_ext(shell, ledger), "line", "load_ext")


def unknown_magic(shell: Any, ledger: Ledger, kind: str, name: str) -> Any:
    """Return what runs in place of a magic that nobody knows: it is noted, and its Python runs without it."""

    def line_magic(line: str) -> None:
        ledger.add("magic", f"%{name} {line}".strip())
        if STATEMENT.match(line):
            _run(shell, line)

    def cell_magic(line: str, cell: str) -> None:
        ledger.add("magic", f"%%{name} {line}".strip())
        if name not in OTHER_LANGUAGES:
            _run(shell, cell)

    return line_magic if kind == "line" else cell_magic


def _run(shell: Any, source: str) -> None:
    # Under this name errors get the cell's own line numbers, as under %%time.
    empty = "\n" * (len(source) - len(source.lstrip("\n")))
    exec(compile(empty + shell.transform_cell(source), TIMED_CELL, "exec"), shell.user_ns)


def _neutral(name: str, kind: str, ledger: Ledger) -> Any:
    def magic(line: str = "") -> None:
        ledger.add(kind, f"%{name} {line}".strip())

    return magic


def _load_ext(shell: Any, ledger: Ledger) -> Any:
    load = shell.find_line_magic("load_ext")

    def load_ext(line: str) -> Any:
        if line.strip() != "tensorboard":
            try:
                return load(line)
            except ImportError:  # an extension of a package that is not here
                pass
        ledger.add("magic", f"%load_ext {line}".strip())
        return None

    return load_ext
