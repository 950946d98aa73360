"""What goes in is read-only; what comes out is plain files under the names asked for."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from grader.model.errors import SandboxError
from grader.model.run import Bind, RunStatus, Wanted
from grader.running.conformance.case import Case
from grader.running.conformance.testbed import DEFAULTS, Testbed

WANTED = "predictions.npy"

NOT_PLAIN = {
    "symlink": "os.symlink('/etc/passwd', path)",
    "fifo": "os.mkfifo(path)",
    "folder": "os.mkdir(path)",
    "hard-link": "open('/out/other', 'w').close(); os.link('/out/other', path)",
    "socket": "import socket; s = socket.socket(socket.AF_UNIX); s.bind(path)",
}

ASK = """
import os, socket
channel = socket.socket(fileno=int(os.environ["GRADER_CONTROL_FD"]))
channel.settimeout(10)
def ask():
    channel.sendall(b"W")
    length, content = int.from_bytes(channel.recv(8, socket.MSG_WAITALL), "big"), b""
    while len(content) < length:
        content += channel.recv(1 << 16)
    return length, content == b"rows" * (length // 4)
print(ask(), ask())
"""


def wanted_files(stand: Testbed) -> str | None:
    """The wanted files that are there are copied; no other is."""
    code = "for name in 'abc': open('/out/' + name, 'w').write(name * 3)"
    seen = stand.run(code, wanted=tuple(Wanted(name=name, max_bytes=3) for name in ("a", "c", "z")))
    if seen.collected != ("a", "c") or seen.refused:
        return f"of a, b, c: wanted a, c, z; collected {seen.collected}, refused {seen.refused}"
    found = {path.name: path.read_bytes() for path in (stand.folder / "into-0").iterdir()}
    return None if found == {"a": b"aaa", "c": b"ccc"} else f"copied {found}"


def from_an_ended_run(stand: Testbed) -> str | None:
    """What a run that was ended had already written is collected."""
    code = f"f = open('/out/{WANTED}', 'w'); f.write('x'); f.close()\nwhile True: pass"
    limits = replace(DEFAULTS, wall_seconds=1.0)
    seen = stand.run(code, wanted=(Wanted(name=WANTED, max_bytes=9),), limits=limits)
    if (seen.status, seen.collected) != (RunStatus.TIMEOUT, (WANTED,)):
        return f"told as {seen.status.value}, collected {seen.collected}"
    return None


def refused(making: str) -> Callable[[Testbed], str | None]:
    """Return the check that what ``making`` leaves is refused at once."""

    def check(stand: Testbed) -> str | None:
        code = f"import os\npath = '/out/{WANTED}'\n{making}"
        seen = stand.run(code, wanted=(Wanted(name=WANTED, max_bytes=1000),))
        if seen.collected or [refusal.name for refusal in seen.refused] != [WANTED]:
            told = f"collected {seen.collected}, refused {seen.refused}, {seen.status.value}"
            return f"{told}: {seen.output[-200:]!r}"
        left = [path.name for path in (stand.folder / "into-0").iterdir()]
        return f"left behind: {left}" if left else None

    return check


def binds_are_shown(stand: Testbed) -> str | None:
    """What is bound is readable and cannot be changed; deeper binds stand on outer ones."""
    inner, outer = stand.shown("mask", b"masked"), stand.shown("shown/file", b"shown").parent
    stand.shown("shown/other", b"other")
    # Open for everybody: nothing but the wall keeps them as they are.
    for path in (inner, outer, *outer.iterdir()):
        path.chmod(0o777)
    code = """
for path in ("/deep/down/file", "/deep/down/other"):
    print(open(path).read())
for path in ("/deep/down/file", "/deep/down/other", "/deep/down/new", "/deep/new"):
    try:
        open(path, "w")
        print("written")
    except OSError:
        print("kept")
"""
    binds = (Bind(source=inner, target="/deep/down/file"), Bind(source=outer, target="/deep/down"))
    seen = stand.run(code, binds=binds)
    expected = b"masked\nother\n" + b"kept\n" * 4
    if seen.output != expected or (outer / "other").read_bytes() != b"other":
        return f"printed {seen.output[-500:]!r}"
    return None


def missing_bind(stand: Testbed) -> str | None:
    """A bind that does not exist is the sandbox's failure, not the program's."""
    try:
        seen = stand.run("pass", binds=(Bind(source=Path("/nowhere/at/all"), target="/data"),))
    except SandboxError:
        return None
    return f"no SandboxError; told as {seen.status.value}"


def rows_on_request(stand: Testbed) -> str | None:
    """The rows are handed over once, to who asks for them, and only then."""
    rows = stand.shown("rows", b"rows" * 100_000)
    seen = stand.run(ASK, rows=rows)
    if (seen.output, seen.rows_sent) != (b"(400000, True) (0, True)\n", True):
        return f"asked twice: printed {seen.output[-300:]!r}, rows_sent {seen.rows_sent}"
    return "rows_sent, though nobody asked" if stand.run("pass", rows=rows).rows_sent else None


EXCHANGE = (
    Case(name="wanted-files", proves="wanted files are copied, others are left", check=wanted_files),
    Case(name="files-of-an-ended-run", proves="a run that was ended still delivers",
         check=from_an_ended_run),
    *(
        Case(name=f"refuses-{kind}", proves=f"a {kind} in place of a file is refused", check=refused(making))
        for kind, making in NOT_PLAIN.items()
    ),
    Case(name="refuses-too-large", proves="a file over its size is refused",
         check=refused("open(path, 'wb').write(bytes(1001))")),
    Case(name="binds", proves="what is bound is shown, and is read-only", check=binds_are_shown),
    Case(name="missing-bind", proves="what cannot be shown is the sandbox's failure", check=missing_bind),
    Case(name="rows-on-request", proves="the rows are handed over once, when asked for",
         check=rows_on_request),
)  # fmt: skip
