"""Runs a .py file as ``__main__``, the way ``python mlp2.py`` would."""

import re
import sys
import types
from pathlib import Path
from typing import Any

from grader_harness.ledger import Ledger
from grader_harness.program_errors import ErrorLog

MAGIC_LINE = re.compile(r"^(?P<indent>[ \t]*)(?P<sign>%%?|!)(?P<rest>[^=\s].*)$", re.MULTILINE)


def run_script(path: Path, *, errors: ErrorLog, ledger: Ledger) -> dict[str, Any]:
    """Run the program in ``path`` and return its variables as it left them, also after an error.

    ``exit()`` and ``sys.exit(0)`` end the program well; another exit status is recorded as an error.
    """
    module = types.ModuleType("__main__")
    module.__dict__.update(__file__=str(path), __builtins__=__builtins__)
    sys.modules["__main__"] = module
    sys.argv = [str(path)]
    try:
        exec(_compiled(path, ledger), module.__dict__)
    except SystemExit as stop:
        if stop.code not in (None, 0):
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
