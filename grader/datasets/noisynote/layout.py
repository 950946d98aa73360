"""Writes noisynote.zip anew, and the four texts in it."""

import io
import zipfile
from pathlib import Path

from grader.datasets.arrangement import Arrangement
from grader.datasets.layouts import FOUR_TEXTS, Layout, counted_lines, told_rows, write_file, write_four_texts
from grader.datasets.prepare import Prepared
from grader.datasets.text_tables import counted_text

_ARCHIVE = "noisynote.zip"
NAMES = (_ARCHIVE, *FOUR_TEXTS)


def write(prepared: Prepared, arrangement: Arrangement, into: Path) -> Layout:
    """Write the archive and its texts into the working directory's files."""
    published, moved = prepared.folder / "source" / "qx.txt", prepared.moved
    rows = counted_lines(published) if moved is None else told_rows(moved, b" ")
    qx = counted_text([rows[row] for row in arrangement.order], 7)
    qy = counted_text([b"%d.0" % label for label in arrangement.y_test], 1)
    names = write_four_texts(prepared, arrangement, into, qx=qx, qy=qy)
    folder = into / "data" / "files"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name in names:
            member = zipfile.ZipInfo(name, date_time=(2023, 6, 4, 20, 3, 0))
            member.external_attr = 0o100644 << 16
            packed.writestr(member, (folder / name).read_bytes(), zipfile.ZIP_DEFLATED)
    write_file(folder / _ARCHIVE, archive.getvalue())
    return Layout(files=NAMES)
