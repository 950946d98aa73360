"""What of the kernel a program inside can reach: no network, no namespaces, few calls."""

import os
import socket
from collections.abc import Iterator

import pytest

from grader.running.confining import seccomp
from tests.integration.confined import Confined
from tests.integration.inside_programs import (
    PRELUDE,
    number,
)

pytestmark = pytest.mark.sandbox


@pytest.fixture
def listener() -> Iterator[tuple[int, str]]:
    """A TCP server on the loopback of this machine and one on an abstract socket."""
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        name = f"grader-test-{os.getpid()}"
        unix.bind(f"\0{name}")
        unix.listen()
        yield tcp.getsockname()[1], name


@pytest.mark.attack("network")
def test_there_is_no_network(confined: Confined, listener: tuple[int, str]) -> None:
    port, name = listener
    code = (
        PRELUDE
        + f"""
socket.setdefaulttimeout(1)
print([name for _, name in socket.if_nameindex()])
def reach(family, kind, address):
    with socket.socket(family, kind) as s:
        s.connect(address)
        s.send(b"x")
for family, kind, address in (
    (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", {port})),
    (socket.AF_INET, socket.SOCK_STREAM, ("169.254.169.254", 80)),
    (socket.AF_INET, socket.SOCK_STREAM, ("8.8.8.8", 53)),
    (socket.AF_INET, socket.SOCK_DGRAM, ("8.8.8.8", 53)),
    (socket.AF_INET6, socket.SOCK_STREAM, ("2001:4860:4860::8888", 53)),
    (socket.AF_UNIX, socket.SOCK_STREAM, "\\0{name}"),
):
    print(attempt(lambda: reach(family, kind, address)))
try:
    socket.getaddrinfo("example.org", 443)
except socket.gaierror:
    print("no name")
with socket.create_server(("127.0.0.1", 0)) as server:
    socket.create_connection(server.getsockname()).close()
    print("own loopback")
"""
    )
    lines = confined.run(code).text.splitlines()
    assert lines[0] == "['lo']"
    assert set(lines[1:7]) <= {"ECONNREFUSED", "ENETUNREACH"}
    assert lines[7:] == ["no name", "own loopback"]


@pytest.mark.attack("network")
def test_other_socket_families_are_closed(confined: Confined) -> None:
    # APPLETALK IPX X25 KEY PACKET RDS CAN BLUETOOTH ALG VSOCK KCM XDP MCTP
    families = [4, 5, 9, 15, 17, 21, 29, 31, 38, 40, 41, 44, 45]
    code = f"for family in {families}: print(call({number('socket')}, family, 2, 0))"
    assert confined.run(PRELUDE + code).text.split() == ["EAFNOSUPPORT"] * len(families)


@pytest.mark.attack("network")
def test_netlink_answers_addresses_only_and_raw_sockets_are_closed(confined: Confined) -> None:
    code = (
        PRELUDE
        + """
print(attempt(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) and None))
print(attempt(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12) and None))
print(attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1) and None))
"""
    )
    assert confined.run(code).text.split() == ["done", "EAFNOSUPPORT", "EPERM"]


@pytest.mark.attack("namespaces")
def test_namespaces_and_mounts_are_closed(confined: Confined) -> None:
    names: tuple[str, ...] = ("setns", "mount", "umount2", "chroot", "pivot_root", "open_tree", "move_mount")
    names = (*names, "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr")
    flags = [1 << bit for bit in range(32) if seccomp.CLONE_NAMESPACES >> bit & 1]
    code = (
        PRELUDE
        + f"""
for flag in {flags}:
    print(call({number("unshare")}, flag), call({number("clone")}, flag | 17, 0, 0, 0, 0))
print(call({number("clone3")}, 0, 88))
print(*(call(n, 0, 0, 0, 0, 0) for n in {[number(name) for name in names]}))
"""
    )
    answers = confined.run(code).text.splitlines()
    assert len(flags) == 7
    assert answers[:7] == ["EPERM EPERM"] * 7
    assert answers[7] == "ENOSYS"
    assert answers[8].split() == ["EPERM"] * len(names)


@pytest.mark.attack("kernel_surface")
def test_the_kernels_surface_is_closed(confined: Confined) -> None:
    forbidden = [number(name) for name in seccomp.FORBIDDEN if number(name)]
    unknown = [number(name) for name in seccomp.UNKNOWN] + [seccomp.NEWEST + 1, 500]
    unknown += [seccomp.X32_BIT + 39]
    code = PRELUDE + f"print(*(call(n, 0, 0, 0, 0, 0) for n in {forbidden}))\n"
    code += f"print(*(call(n, 0, 0, 0, 0, 0) for n in {unknown}))"
    answers = confined.run(code).text.splitlines()
    assert answers[0].split() == ["EPERM"] * len(forbidden)
    assert answers[1].split() == ["ENOSYS"] * len(unknown)


@pytest.mark.attack("kernel_surface")
def test_a_terminal_cannot_be_typed_into(confined: Confined) -> None:
    code = (
        PRELUDE
        + """
import fcntl, pty
ours, theirs = pty.openpty()
print(attempt(lambda: fcntl.ioctl(theirs, 0x5412, b"x") and None))
print(attempt(lambda: open("/dev/tty") and None))
"""
    )
    assert confined.run(code).text.split() == ["EPERM", "ENXIO"]


@pytest.mark.attack("namespaces")
def test_setuid_programs_and_a_sandbox_in_the_sandbox_give_nothing(confined: Confined) -> None:
    code = """
import subprocess
for command in (["/usr/bin/bwrap", "--ro-bind", "/", "/", "true"], ["/usr/bin/unshare", "-U", "true"],
                ["/usr/bin/mount", "-t", "tmpfs", "x", "/tmp"], ["/usr/bin/su", "-c", "true"]):
    try:
        print(subprocess.run(command, capture_output=True).returncode != 0)
    except FileNotFoundError:
        print(True)
"""
    assert confined.run(code).text.split() == ["True"] * 4
