"""IPython's shell without a terminal: display as text, figures as files, magics that need no network.

Importing this imports IPython; it is done before the submission's folder joins ``sys.path``.
"""

import base64
import re
import subprocess
import sys
from typing import Any

from grader_harness.cell_output import CellOutput
from grader_harness.figures import Figures
from grader_harness.ledger import Ledger
from grader_harness.magics import replace_magics, unknown_magic
from grader_harness.places import Places
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

STARTS_TASKS = re.compile(r"\b(create_task|ensure_future|get_running_loop|TaskGroup)\b")


class TextDisplayHook(DisplayHook):
    """Shows a cell's last value as Jupyter's text output does."""

    def write_output_prompt(self) -> None:
        """Print no ``Out[3]:``."""

    def write_format_data(self, format_dict: dict[str, Any], _md_dict: Any = None) -> None:
        """Print the text form and keep a picture."""
        self.shell.show_data(format_dict)


class TextDisplayPublisher(DisplayPublisher):
    """Shows what ``display`` is given."""

    def publish(self, data: dict[str, Any], *_args: Any, **_kwargs: Any) -> None:
        """Print the text form and keep a picture."""
        self.shell.show_data(data)

    def clear_output(self, *_args: Any, **_kwargs: Any) -> None:
        """Forget what the cell has shown so far."""
        self.shell.cell_output.clear()


class NotebookShell(InteractiveShell):
    """A shell that prints to the cell's output and needs no terminal and no event loop of a GUI."""

    displayhook_class = Type(TextDisplayHook)
    display_pub_class = Type(TextDisplayPublisher)
    cell_output: CellOutput
    figures: Figures
    ledger: Ledger
    shown: list[BaseException]
    """Exceptions that IPython has shown for the current cell."""

    def show_data(self, data: dict[str, Any]) -> None:
        """Print the text form of ``data`` and keep its picture."""
        if "text/plain" in data:
            print(data["text/plain"])
        picture = data.get("image/png")
        if isinstance(picture, str):
            picture = base64.b64decode(picture)
        if picture and isinstance(picture, bytes):
            self.figures.keep_png(picture)

    def enable_gui(self, gui: str | None = None) -> None:
        """Do nothing: there is no window to keep alive."""

    def enable_matplotlib(self, gui: str | None = None) -> Any:
        """Draw inline, whatever window was asked for."""
        return super().enable_matplotlib("inline" if gui else gui)

    def should_run_async(self, raw_cell: str, **kwargs: Any) -> bool:
        """Run a cell that starts asyncio tasks inside the loop, where a kernel runs every cell."""
        wanted: bool = super().should_run_async(raw_cell, **kwargs)
        untouched = kwargs.get("preprocessing_exc_tuple") is None
        return wanted or (untouched and STARTS_TASKS.search(raw_cell) is not None)

    def _find_with_lazy_load(self, kind: str, name: str) -> Any:
        """Return the magic ``name``, or what stands in for one that nobody knows."""
        found = super()._find_with_lazy_load(kind, name)
        return unknown_magic(self, self.ledger, kind, name) if found is None else found

    def ask_exit(self) -> None:
        """Go on: in a notebook ``exit()`` does not stop the following cells."""

    def showtraceback(self, *_args: Any, **_kwargs: Any) -> None:
        """Remember the exception; it is printed, cut to the student's frames, after the cell."""
        error = sys.exc_info()[1]
        if error is not None:
            self.shown.append(error)

    def showsyntaxerror(self, *_args: Any, **_kwargs: Any) -> None:
        """Remember the exception."""
        self.showtraceback()

    def system(self, cmd: str) -> None:
        """Run ``!cmd``; what it prints joins the cell's output."""
        command = self.var_expand(cmd, depth=1)
        process = subprocess.Popen(  # noqa: S602 - the shell command is what the cell asks for
            command,
            shell=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        with process:
            for line in process.stdout or ():
                sys.stdout.write(line)
        self.user_ns["_exit_code"] = process.returncode

    system_piped = system
    system_raw = system


class Exit:
    """``exit`` and ``quit`` of a notebook: callable with anything, without effect on later cells."""

    def __call__(self, *_args: Any, **_kwargs: Any) -> None:
        """Do nothing."""

    def __repr__(self) -> str:
        return "exit()"


def make_shell(output: CellOutput, places: Places, ledger: Ledger, figures: Figures) -> NotebookShell:
    """Return a fresh shell whose module is ``__main__`` and whose cells ``places`` can tell apart."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    shell: NotebookShell = NotebookShell.instance(config=config)
    shell.cell_output, shell.figures, shell.ledger, shell.shown = output, figures, ledger, []
    shell.user_ns.update(exit=Exit(), quit=Exit())
    _name_cells(shell, places)
    replace_magics(shell, ledger)
    return shell


def _name_cells(shell: NotebookShell, places: Places) -> None:
    cache = shell.compile.cache

    def named(transformed: str, number: int = 0, raw_code: str | None = None) -> str:
        name: str = cache(transformed, number, raw_code)
        if places.current_cell is not None:
            places.cells[name] = places.current_cell
        return name

    shell.compile.cache = named
