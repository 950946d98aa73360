"""Replaces the shell commands that need a network or a terminal.

The stand-ins are programs in a folder at the front of PATH, so they serve ``os.system``, ``subprocess``,
``!command`` and shell scripts alike. What they do is in ``command_line.py``.
"""

import functools
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from grader_harness.command_line import FILES_VARIABLE, KNOWN, NAMES_VARIABLE, WORK_VARIABLE
from grader_harness.job import Served
from grader_harness.ledger import Ledger

PROGRAM = Path(__file__).with_name("command_line.py")
PYTHONS = ("python", "python3")


class Commands:
    """Makes ``wget``, ``curl``, ``unzip``, ``pip`` and their kind work offline, and notes where they ran."""

    def __init__(self, ledger: Ledger, served: Served, work: Path) -> None:
        self._ledger = ledger
        self._served = served
        self._work = work

    def install(self, folder: Path) -> None:
        """Write the stand-ins into ``folder`` and put it first on PATH."""
        folder.mkdir(parents=True)
        for name in KNOWN:
            line = f'exec "{sys.executable}" -I "{PROGRAM}" {name} "$@"'
            _write_program(folder / name, line)
        for name in PYTHONS:
            line = (
                'if [ "$1" = -m ] && [ "$2" = pip ]; then shift 2; exec pip "$@"; fi\n'
                f'exec "{sys.executable}" "$@"'
            )
            _write_program(folder / name, line)
        os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        os.environ[FILES_VARIABLE] = str(self._served.folder / "files")
        os.environ[NAMES_VARIABLE] = os.pathsep.join(self._served.files)
        os.environ[WORK_VARIABLE] = str(self._work)
        self._replace_system()
        self._watch_popen()

    def _replace_system(self) -> None:
        original = os.system

        @functools.wraps(original)
        def system(command: Any) -> int:
            self._ledger.mark_place()
            text = os.fsdecode(command)
            pip = f"{sys.executable} -m pip"
            if text.lstrip().startswith(pip):
                text = "pip" + text.lstrip()[len(pip) :]
            sys.stdout.flush()  # the command writes to the same place: keep the order
            return original(text)

        os.system = system

    def _watch_popen(self) -> None:
        original = subprocess.Popen.__init__

        @functools.wraps(original)
        def start(popen: Any, args: Any, *others: Any, **options: Any) -> None:
            self._ledger.mark_place()
            if isinstance(args, list | tuple) and [str(a) for a in args[:3]] == [
                sys.executable,
                "-m",
                "pip",
            ]:
                args = ["pip", *args[3:]]
            original(popen, args, *others, **options)

        subprocess.Popen.__init__ = start  # type: ignore[method-assign]


def _write_program(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
    path.chmod(0o755)
