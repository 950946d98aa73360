"""Python source as text, whatever its author's editor saved it in.

Python reads UTF-8 or what the file's own ``coding`` line names, and ends with a syntax error otherwise. On a
Brazilian Windows many an editor still writes windows-1252: such a file is read as what it is and run as
UTF-8, and the ledger says so.
"""

import codecs
import io
import re
import tokenize

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Others that Python knows may take hours (punycode) or are no text at all: Python itself is left to them.
_READ_HERE = frozenset({"utf-8", "utf-8-sig", "ascii", "cp1252", "iso8859-1", "iso8859-15", "mac-roman"})
_CODING = re.compile(r"^([ \t\f]*#.*?coding[:=][ \t]*)([-\w.]+)")


def read_text(raw: bytes) -> tuple[str, str | None]:
    """Return what the bytes say, and the encoding they stood in where that was not UTF-8.

    Line by line: a file may hold lines of two editors.
    """
    try:
        return raw.decode("utf-8"), None
    except UnicodeDecodeError:
        read = [_read_line(line) for line in raw.split(b"\n")]
    encodings = dict.fromkeys(encoding for line, encoding in read if not line.isascii())
    return "\n".join(line for line, _ in read), " + ".join(sorted(encodings))


def _read_line(line: bytes) -> tuple[str, str]:
    for encoding, shown in (("utf-8", "UTF-8"), ("cp1252", "windows-1252")):
        try:
            return line.decode(encoding), shown
        except UnicodeDecodeError:
            continue
    return line.decode("latin-1"), "latin-1"


def source_for_python(content: bytes) -> tuple[bytes, str | None]:
    """Return ``content`` as Python can read it, and what it was saved in where it had to be rewritten.

    Lines keep their numbers. What Python reads by itself comes back as it is.
    """
    if content.startswith(_UTF16):
        text = content.decode("utf-16", "replace")
        return _as_utf8(text), "UTF-16"
    if _python_reads(content):
        return content, None
    text, encoding = read_text(content.removeprefix(codecs.BOM_UTF8))
    return _as_utf8(text), encoding or "UTF-8"


def _python_reads(content: bytes) -> bool:
    try:
        named, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        encoding = codecs.lookup(named).name if named != "utf-8-sig" else named
        if encoding in _READ_HERE:
            content.decode(encoding)
    except (SyntaxError, ValueError, LookupError):
        return False
    return True


def _as_utf8(text: str) -> bytes:
    """Return ``text`` in UTF-8, without a line at its top that says it were something else."""
    first, *others = text.split("\n", 2)
    head = [_CODING.sub(r"\1utf-8", line) for line in (first, *others[:1])]
    return "\n".join([*head, *others[1:]]).encode("utf-8", "replace")
