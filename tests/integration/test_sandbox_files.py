"""What goes in and what comes out: binds, masks, the rows on request, and collected files."""

import os
from pathlib import Path

import pytest

from tests.integration.confined import MIB, ORDINARY_USER, Confined

pytestmark = pytest.mark.sandbox

ASK = """
import os, socket
channel = socket.socket(fileno=int(os.environ["GRADER_CONTROL_FD"]))
def ask(read=True):
    channel.sendall(b"W")
    length = int.from_bytes(channel.recv(8, socket.MSG_WAITALL), "big")
    content = bytearray()
    while read and len(content) < length:
        content += channel.recv(1 << 20)
    return length, bytes(content)
"""

NOT_PLAIN = {
    "link to a file": "os.symlink('/etc/passwd', path)",
    "link to itself": "os.symlink('/proc/self/environ', path)",
    "link to nothing": "os.symlink('/nowhere', path)",
    "named pipe": "os.mkfifo(path)",
    "folder": "os.mkdir(path)",
    "socket": "import socket; s = socket.socket(socket.AF_UNIX); s.bind(path)",
    "hard link": "open('/out/other', 'w').close(); os.link('/out/other', path)",
}


def shown(confined: Confined, name: str, text: str) -> Path:
    """Make a world-readable file to bind."""
    path = confined.folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o644)
    path.parent.chmod(0o755)
    return path


def test_wanted_files_are_copied_and_others_are_left(confined: Confined) -> None:
    code = "for name in 'abc': open(f'/out/{name}', 'w').write(name * 3)"
    run = confined.run(code, wanted=[["a", 3], ["c", 99], ["z", 9]])
    assert (run.collected, run.refused) == (["a", "c"], {})
    assert (confined.into / "a").read_text() == "aaa"
    assert sorted(path.name for path in confined.into.iterdir()) == ["a", "c"]


def test_files_are_collected_from_a_run_that_was_ended(confined: Confined) -> None:
    code = "open('/out/cells.jsonl', 'w').write('six lines')\nwhile True: pass"
    run = confined.run(code, wanted=[["cells.jsonl", 99]], wall_seconds=0.5)
    assert (run.status, run.collected) == ("TIMEOUT", ["cells.jsonl"])


@pytest.mark.parametrize("kind", NOT_PLAIN)
@pytest.mark.attack("symlink_out", "fifo_out")
def test_what_is_not_a_plain_file_is_refused_at_once(confined: Confined, kind: str) -> None:
    code = f"import os\npath = '/out/predictions.npy'\n{NOT_PLAIN[kind]}"
    run = confined.run(code, wanted=[["predictions.npy", MIB]])
    assert (run.collected, run.refused) == ([], {"predictions.npy": "not_a_plain_file"})
    assert not (confined.into / "predictions.npy").exists()


@pytest.mark.parametrize("code", ["f.write(bytes(1001))", "f.truncate(8 << 20)"])
def test_what_is_too_large_is_refused(confined: Confined, code: str) -> None:
    run = confined.run(f"f = open('/out/model.keras', 'wb')\n{code}", wanted=[["model.keras", 1000]])
    assert (run.collected, run.refused) == ([], {"model.keras": "too_large"})


@pytest.mark.attack("holes")
def test_a_terabyte_of_nothing_cannot_even_be_made(confined: Confined) -> None:
    run = confined.run("f = open('/out/model.keras', 'wb')\nf.truncate(1 << 40)")
    assert run.status == "ERROR"
    assert "File too large" in run.text


@pytest.mark.attack("hidden_outputs")
def test_a_file_hidden_behind_permissions_is_still_taken(confined: Confined) -> None:
    code = "import os; open('/out/a', 'w').write('x'); os.chmod('/out/a', 0)\n"
    code += "try: os.chmod('/out', 0)\nexcept PermissionError: pass"
    assert confined.run(code, wanted=[["a", 9]]).collected == ["a"]


@pytest.mark.attack("setuid_files")
def test_collected_files_belong_to_the_grader_and_cannot_be_run(confined: Confined) -> None:
    code = "import os; open('/out/a', 'w').write('x'); os.chmod('/out/a', 0o6777)"
    confined.run(code, wanted=[["a", 9]])
    seen = (confined.into / "a").stat()
    assert seen.st_uid == (0 if confined.mode == "root" else _user())
    assert seen.st_mode & 0o7111 == 0


def test_binds_are_read_only_and_readable(confined: Confined) -> None:
    source = shown(confined, "staged/main.py", "print('staged')").parent
    code = """
print(open("/staged/main.py").read(), open("/deep/down/here/main.py").read())
for path in ("/staged/main.py", "/staged/new", "/deep/new", "/deep/down/here/main.py"):
    try:
        open(path, "w")
        print("written")
    except OSError as error:
        print(error.errno in (13, 30))
"""
    run = confined.run(code, binds=[[str(source), "/deep/down/here"], [str(source), "/staged"]])
    assert run.text.splitlines() == ["print('staged') print('staged')", *["True"] * 4]
    assert (source / "main.py").read_text() == "print('staged')"


def test_a_bind_can_mask_one_file_of_another(confined: Confined) -> None:
    outer = shown(confined, "runtime/labels.csv", "the truth")
    shown(confined, "runtime/other", "other")
    mask = shown(confined, "mask", "masked")
    binds = [[str(mask), "/rt/labels.csv"], [str(outer.parent), "/rt"]]
    run = confined.run("print(*[open(f'/rt/{n}').read() for n in ('labels.csv', 'other')])",
                       binds=binds)  # fmt: skip
    assert run.text == "masked other\n"


def test_a_bind_can_mask_a_file_of_the_system(confined: Confined) -> None:
    mask = shown(confined, "mask", "masked")
    target = "/usr/share/common-licenses/GPL-3"
    target = target if Path(target).exists() else "/usr/bin/env"
    run = confined.run(f"print(open({target!r}).read())", binds=[[str(mask), target]])
    assert run.text == "masked\n"


def test_the_folders_above_a_bind_show_nothing_else(confined: Confined) -> None:
    source = shown(confined, "data/x", "x").parent
    run = confined.run("import os; print(os.listdir('/home'), os.listdir('/home/ana'))",
                       binds=[[str(source), "/home/ana/data"]])  # fmt: skip
    assert run.text == "['ana'] ['data']\n"


def test_what_lies_below_tmp_is_shown_there_with_a_space_and_an_accent(confined: Confined) -> None:
    folder = "/tmp/um curso/ção"
    source = shown(confined, "bin/x", "linhas").parent
    code = f"""
import os
print(open({folder!r} + "/bin/x").read(), os.listdir("/tmp/um curso"), oct(os.stat("/tmp/um curso").st_mode))
open("/tmp/own", "w")
"""
    run = confined.run(code, binds=[[str(source), f"{folder}/bin"]])
    assert run.text == "linhas ['ção'] 0o40755\n"


def test_a_missing_bind_is_our_failure(confined: Confined) -> None:
    run = confined.run("pass", binds=[[str(confined.folder / "gone"), "/data"]])
    assert (run.error, run.code) == ("SandboxError", "GR608")


def test_a_bind_that_the_inner_user_cannot_read_is_our_failure(confined: Confined) -> None:
    path = shown(confined, "private/x", "x").parent
    path.chmod(0o000)
    run = confined.run("pass", binds=[[str(path), "/data"]])
    assert (run.error, run.code) == ("SandboxError", "GR612")


def test_a_program_that_is_not_there_is_our_failure(confined: Confined) -> None:
    run = confined.run("pass", argv=["/opt/gone/python", "-c", "pass"])
    assert run.error == "SandboxError"
    assert "/opt/gone/python" in run.text


def test_rows_are_handed_over_once(confined: Confined) -> None:
    rows = confined.folder / "rows.npy"
    rows.write_bytes(os.urandom(3 * MIB))
    rows.chmod(0o644)
    code = ASK + "length, rows = ask()\nopen('/out/rows', 'wb').write(rows)\nprint(length, ask())"
    run = confined.run(code, rows=str(rows), wanted=[["rows", 4 * MIB]])
    assert run.text == f"{3 * MIB} (0, b'')\n"
    assert run.rows_sent
    assert (confined.into / "rows").read_bytes() == rows.read_bytes()


def test_a_job_without_rows_answers_nothing(confined: Confined) -> None:
    run = confined.run(ASK + "print(ask(), ask())")
    assert (run.text, run.rows_sent) == ("(0, b'') (0, b'')\n", False)


def test_rows_nobody_asked_for_are_not_sent(confined: Confined) -> None:
    rows = shown(confined, "rows", "rows")
    run = confined.run("print('no')", rows=str(rows))
    assert (run.status, run.rows_sent) == ("OK", False)


@pytest.mark.alone
@pytest.mark.attack("unread_rows")
def test_a_reader_that_does_not_read_holds_nothing_up(confined: Confined) -> None:
    rows = confined.folder / "rows"
    rows.write_bytes(bytes(8 * MIB))
    rows.chmod(0o644)
    code = ASK + "ask(read=False)\nimport time\ntime.sleep(60)"
    run = confined.run(code, rows=str(rows), wall_seconds=0.6)
    assert (run.status, run.rows_sent) == ("TIMEOUT", False)
    assert run.seconds < 0.7


@pytest.mark.attack("forged_channel")
def test_noise_on_the_channel_means_nothing(confined: Confined) -> None:
    code = (
        ASK
        + """
import array
read, write = os.pipe()
channel.sendmsg([b"score=100"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [read]))])
try:
    while True:
        channel.send(b"RGX" * 1000)
except OSError as error:
    print(error.errno)
print("alive")
"""
    )
    run = confined.run(code)
    assert (run.status, run.text) == ("OK", "32\nalive\n")


@pytest.mark.attack("forged_channel")
def test_a_flood_of_requests_is_cut_off(confined: Confined) -> None:
    rows = shown(confined, "rows", "rows")
    code = (
        ASK
        + """
try:
    for _ in range(100_000):
        channel.send(b"W")
except OSError as error:
    print(error.errno)
"""
    )
    run = confined.run(code, rows=str(rows), wall_seconds=5)
    assert (run.status, run.text) == ("OK", "32\n")


@pytest.mark.attack("forged_channel")
def test_closing_the_channel_ends_nothing(confined: Confined) -> None:
    run = confined.run(ASK + "channel.close()\nimport time\ntime.sleep(0.3)\nprint('on')")
    assert (run.status, run.text) == ("OK", "on\n")
    assert run.cpu_seconds < 0.3


def _user() -> int:
    return ORDINARY_USER if os.geteuid() == 0 else os.geteuid()
