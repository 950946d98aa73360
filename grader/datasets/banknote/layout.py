"""Writes UCI's text anew: the training lines alone, and the test lines without labels beside them."""

from pathlib import Path

from grader.datasets.arrangement import Arrangement
from grader.datasets.layouts import Layout, served_lines, write_file
from grader.datasets.prepare import Prepared

_NAME = "data_banknote_authentication.txt"
TEST = "data_banknote_authentication_test.txt"
NAMES = (_NAME, TEST)


def write(prepared: Prepared, arrangement: Arrangement, into: Path) -> Layout:
    """Write the texts into the working directory's files: who splits the first trains on no test row."""
    lines = (prepared.folder / "source" / _NAME).read_bytes().splitlines()
    served = served_lines(lines, arrangement, prepared.moved)
    asked = [line.rpartition(b",")[0] for line in served[1::2]]
    for name, rows in ((_NAME, served[0::2]), (TEST, asked)):
        # The published file ends without a line end.
        write_file(into / "data" / "files" / name, b"\r\n".join(rows))
    return Layout(files=(_NAME, TEST), test_files=(TEST,))
