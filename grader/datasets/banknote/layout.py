"""Writes UCI's text anew: training lines as they are, test lines as served."""

from pathlib import Path

from grader.datasets.arrangement import Arrangement
from grader.datasets.layouts import Layout, served_lines, write_file
from grader.datasets.prepare import Prepared

_NAME = "data_banknote_authentication.txt"


def write(prepared: Prepared, arrangement: Arrangement, into: Path) -> Layout:
    """Write the text into the working directory's files."""
    lines = (prepared.folder / "source" / _NAME).read_bytes().splitlines()
    served = b"\r\n".join(served_lines(lines, arrangement))  # the published file ends without a line end
    write_file(into / "data" / "files" / _NAME, served)
    return Layout(files=(_NAME,))
