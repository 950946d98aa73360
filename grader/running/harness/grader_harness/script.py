"""Runs a .py file as ``__main__``, the way ``python mlp2.py`` would."""

import builtins
import os
import re
import sys
import types
from pathlib import Path
from typing import Any

from grader_harness.ledger import Ledger
from grader_harness.program_errors import ErrorLog

MAGIC_LINE = re.compile(r"^(?P<indent>[ \t]*)(?P<sign>%%?|!)(?P<rest>[^=\s].*)$", re.MULTILINE)


class ExportedShell:
    """``get_ipython()`` of a notebook exported as .py: shell commands run, magics do nothing."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def system(self, command: str) -> None:
        """Run a line that was ``!command``."""
        os.system(command)  # noqa: S605 - the program's own command

    def getoutput(self, command: str) -> list[str]:
        """Return the lines that ``!command`` prints."""
        return os.popen(command).read().splitlines()  # noqa: S605

    def run_cell_magic(self, name: str, line: str, cell: str) -> None:
        """Leave a ``%%magic`` out, and run what it was put over where that is plain Python."""
        self._ledger.add("magic", f"%%{name} {line}".strip())
        if name in ("time", "timeit", "capture"):
            exec(cell, sys.modules["__main__"].__dict__)

    def run_line_magic(self, name: str, line: str, *_args: Any, **_kwargs: Any) -> None:
        """Leave a ``%magic`` out."""
        self._ledger.add("magic", f"%{name} {line}".strip())

    def magic(self, text: str) -> None:
        """Leave a ``%magic`` of old notebooks out."""
        self._ledger.add("magic", f"%{text}")


def run_script(path: Path, *, errors: ErrorLog, ledger: Ledger) -> dict[str, Any]:
    """Run the program in ``path`` and return its variables as it left them, also after an error.

    ``exit()`` and ``sys.exit(0)`` end the program well; another exit status is recorded as an error.
    """
    module = types.ModuleType("__main__")
    module.__dict__.update(__file__=str(path), __builtins__=__builtins__)
    builtins.get_ipython = lambda: ExportedShell(ledger)  # type: ignore[attr-defined]
    sys.modules["__main__"] = module
    sys.argv = [str(path)]
    try:
        exec(_compiled(path, ledger), module.__dict__)
    except SystemExit as stop:
        if stop.code in (None, 0):
            ledger.add_exit(stop)
        else:
            errors.add(stop)
    except BaseException as error:  # KeyboardInterrupt too: whatever ends the program is recorded
        errors.add(error)
    return module.__dict__


def _compiled(path: Path, ledger: Ledger) -> types.CodeType:
    source = path.read_bytes()
    try:
        return compile(source, str(path), "exec", dont_inherit=True)
    except SyntaxError:
        text = source.decode("utf-8", errors="replace")
        rewritten = MAGIC_LINE.sub(_without_magic, text)
        if rewritten == text:
            raise
        try:
            code = compile(rewritten, str(path), "exec", dont_inherit=True)
        except SyntaxError:
            code = None
        if code is None:
            raise  # the first error speaks of the program as it was handed in
        for match in MAGIC_LINE.finditer(text):
            ledger.add("magic", match.group(0).strip())
        return code


def _without_magic(match: re.Match[str]) -> str:
    """A notebook's line in a .py file: a shell command still runs, a magic does nothing."""
    if match["sign"] == "!":
        return f"{match['indent']}__import__('os').system({match['rest']!r})"
    return f"{match['indent']}pass"
