"""The filter's numbers against libseccomp's, and its verdicts against a small BPF machine."""

import ctypes
import errno
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.running.confining import seccomp

ALLOW = 0x7FFF0000
TABLES = {**seccomp.FORBIDDEN, **seccomp.UNKNOWN, **seccomp.ARGUMENTS}
MACHINES = sorted(seccomp.ARCHITECTURES)
WORDS = st.integers(0, 2**64 - 1)


def refused(number: int) -> int:
    return 0x00050000 | number


def run_filter(machine: str, nr: int, *arguments: int, audit: int | None = None) -> int:
    """Return what the filter answers to a call, as the kernel's BPF machine would."""
    program = seccomp.filter_for(machine)
    assert program is not None
    audit = seccomp.ARCHITECTURES[machine].audit if audit is None else audit
    padded = (*arguments, *[0] * (6 - len(arguments)))
    data = struct.pack("=IIQ6Q", nr & 0xFFFFFFFF, audit, 0, *padded)
    steps = list(struct.iter_unpack("=HBBI", program))
    at, accumulator = 0, 0
    for _ in range(len(steps)):
        code, if_true, if_false, k = steps[at]
        at += 1
        if code == 0x06:
            return int(k)
        if code == 0x20:
            accumulator = struct.unpack_from("=I", data, k)[0]
            continue
        tests = {0x15: accumulator == k, 0x25: accumulator > k, 0x35: accumulator >= k}
        tests[0x45] = bool(accumulator & k)
        at += if_true if tests[code] else if_false
    raise AssertionError("the filter does not end")


@pytest.fixture(scope="module")
def libseccomp() -> ctypes.CDLL:
    return ctypes.CDLL("libseccomp.so.2")


@pytest.mark.parametrize("machine", MACHINES)
def test_every_number_is_libseccomps(libseccomp: ctypes.CDLL, machine: str) -> None:
    architecture = seccomp.ARCHITECTURES[machine]
    for name, numbers in TABLES.items():
        resolved = libseccomp.seccomp_syscall_resolve_name_arch(architecture.audit, name.encode())
        # Negative: the architecture has no such call.
        assert numbers[architecture.column] == (resolved if resolved >= 0 else None), name


@pytest.mark.parametrize("machine", MACHINES)
def test_the_newest_call_is_libseccomps(libseccomp: ctypes.CDLL, machine: str) -> None:
    audit = seccomp.ARCHITECTURES[machine].audit
    name = b"set_mempolicy_home_node"
    assert libseccomp.seccomp_syscall_resolve_name_arch(audit, name) == seccomp.NEWEST


def test_the_architecture_numbers_are_libseccomps(libseccomp: ctypes.CDLL) -> None:
    for name, architecture in seccomp.ARCHITECTURES.items():
        libseccomp.seccomp_arch_resolve_name.restype = ctypes.c_uint32
        assert libseccomp.seccomp_arch_resolve_name(name.encode()) == architecture.audit


@pytest.mark.parametrize("machine", MACHINES)
def test_each_table_has_its_answer(machine: str) -> None:
    column = seccomp.ARCHITECTURES[machine].column
    for table, answer in ((seccomp.FORBIDDEN, errno.EPERM), (seccomp.UNKNOWN, errno.ENOSYS)):
        for name, numbers in table.items():
            number = numbers[column]
            if number is not None:
                assert run_filter(machine, number) == refused(answer), name


@pytest.mark.parametrize("machine", MACHINES)
@given(nr=st.integers(0, 2**32 - 1), arguments=st.tuples(*[WORDS] * 6))
def test_any_call_that_no_table_names_is_let_through_unless_it_is_newer(
    machine: str, nr: int, arguments: tuple[int, ...]
) -> None:
    column = seccomp.ARCHITECTURES[machine].column
    if nr in {numbers[column] for numbers in TABLES.values()}:
        return
    expected = ALLOW if nr <= seccomp.NEWEST else refused(errno.ENOSYS)
    assert run_filter(machine, nr, *arguments) == expected


@pytest.mark.parametrize("machine", MACHINES)
@given(audit=st.integers(0, 2**32 - 1), nr=st.integers(0, 500))
def test_another_architectures_calls_are_closed(machine: str, audit: int, nr: int) -> None:
    if audit != seccomp.ARCHITECTURES[machine].audit:
        assert run_filter(machine, nr, audit=audit) == refused(errno.ENOSYS)


@pytest.mark.parametrize("machine", MACHINES)
@given(flags=WORDS)
def test_clone_makes_processes_but_no_namespaces(machine: str, flags: int) -> None:
    number = seccomp.ARGUMENTS["clone"][seccomp.ARCHITECTURES[machine].column]
    assert number is not None
    asked = flags & seccomp.CLONE_NAMESPACES
    expected = refused(errno.EPERM) if asked else ALLOW
    assert run_filter(machine, number, flags) == expected


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("call", ["socket", "socketpair"])
@given(high=st.integers(0, 2**32 - 1), family=st.integers(0, 64), protocol=st.integers(0, 40))
def test_only_the_listed_socket_families_open(
    machine: str, call: str, high: int, family: int, protocol: int
) -> None:
    number = seccomp.ARGUMENTS[call][seccomp.ARCHITECTURES[machine].column]
    assert number is not None
    plain = family in seccomp.FAMILIES.values()
    netlink = family == seccomp.AF_NETLINK and protocol == seccomp.NETLINK_ROUTE
    expected = ALLOW if plain or netlink else refused(errno.EAFNOSUPPORT)
    # The kernel reads 32 bits: what stands above them must not change the answer.
    assert run_filter(machine, number, high << 32 | family, 1, protocol) == expected


@pytest.mark.parametrize("machine", MACHINES)
@given(high=st.integers(0, 2**32 - 1), request_=st.integers(0, 2**32 - 1))
def test_terminal_requests_are_closed_whatever_stands_above_them(
    machine: str, high: int, request_: int
) -> None:
    number = seccomp.ARGUMENTS["ioctl"][seccomp.ARCHITECTURES[machine].column]
    assert number is not None
    for closed in seccomp.TERMINAL_REQUESTS.values():
        assert run_filter(machine, number, 0, high << 32 | closed) == refused(errno.EPERM)
    if request_ not in seccomp.TERMINAL_REQUESTS.values():
        assert run_filter(machine, number, 0, high << 32 | request_) == ALLOW


@pytest.mark.parametrize("machine", MACHINES)
@given(high=st.integers(0, 2**32 - 1), flags=st.integers(0, 2**32 - 1))
def test_a_read_with_flags_is_closed_and_one_without_is_a_read(machine: str, high: int, flags: int) -> None:
    number = seccomp.ARGUMENTS["preadv2"][seccomp.ARCHITECTURES[machine].column]
    assert number is not None
    for asked in (flags, 8, 0):  # 8: RWF_NOWAIT
        expected = refused(errno.EOPNOTSUPP) if asked else ALLOW
        assert run_filter(machine, number, 3, 0, 1, 0, 0, high << 32 | asked) == expected


@pytest.mark.parametrize("machine", MACHINES)
@given(high=st.integers(0, 2**32 - 1), advice=st.integers(0, 200))
def test_advice_to_drop_pages_is_closed_and_other_advice_is_free(
    machine: str, high: int, advice: int
) -> None:
    number = seccomp.ARGUMENTS["madvise"][seccomp.ARCHITECTURES[machine].column]
    assert number is not None
    drops = advice in seccomp.ADVICE_TO_DROP.values()
    answered = run_filter(machine, number, 4096, 4096, high << 32 | advice)
    assert answered == (refused(errno.EINVAL) if drops else ALLOW)


@pytest.mark.parametrize("machine", MACHINES)
def test_a_look_at_what_is_cached_is_newer_than_the_filter_knows(machine: str) -> None:
    cachestat = 451
    assert run_filter(machine, cachestat) == refused(errno.ENOSYS)


def test_an_unknown_machine_has_no_filter() -> None:
    assert seccomp.filter_for("riscv64") is None


def test_the_filter_is_short_enough_for_the_kernel() -> None:
    program = seccomp.filter_for("x86_64")
    assert program is not None
    assert len(program) // 8 < 256


def rules_answer(machine: str, name: str, arguments: tuple[int, ...]) -> int:
    """Return what the engine's profile answers to the call ``name``, as libseccomp would read it."""
    profile = seccomp.profile_for(machine)
    assert profile is not None
    assert profile["defaultAction"] == "SCMP_ACT_ALLOW"
    holds = {
        "SCMP_CMP_MASKED_EQ": lambda told, rule: told & rule["value"] == rule["valueTwo"],
        "SCMP_CMP_NE": lambda told, rule: told != rule["value"],
    }
    for rule in profile["syscalls"]:
        fits = all(holds[part["op"]](arguments[part["index"]], part) for part in rule["args"])
        if name in rule["names"] and fits:
            assert rule["action"] == "SCMP_ACT_ERRNO"
            return refused(rule["errnoRet"])
    return ALLOW


@pytest.mark.parametrize("machine", MACHINES)
@given(name=st.sampled_from(sorted({*TABLES} - {"socket", "socketpair"})), arguments=st.tuples(*[WORDS] * 6))
def test_the_engines_profile_answers_as_the_filter(
    machine: str, name: str, arguments: tuple[int, ...]
) -> None:
    number = TABLES[name][seccomp.ARCHITECTURES[machine].column]
    if number is not None:
        assert rules_answer(machine, name, arguments) == run_filter(machine, number, *arguments)


@pytest.mark.parametrize("machine", MACHINES)
@given(family=st.integers(0, 63), protocol=st.integers(0, 40), flags=st.integers(0, 31))
def test_the_engines_profile_knows_families_and_namespaces(
    machine: str, family: int, protocol: int, flags: int
) -> None:
    column = seccomp.ARCHITECTURES[machine].column
    socket, clone = seccomp.ARGUMENTS["socket"][column], seccomp.ARGUMENTS["clone"][column]
    assert socket is not None
    assert clone is not None
    asked = (family, 1, protocol, 0, 0, 0)
    assert rules_answer(machine, "socket", asked) == run_filter(machine, socket, *asked)
    made = (1 << flags, 0, 0, 0, 0, 0)
    assert rules_answer(machine, "clone", made) == run_filter(machine, clone, *made)


@pytest.mark.parametrize("machine", MACHINES)
@given(advice=st.integers(0, 30), flags=st.integers(0, 255))
def test_the_engines_profile_knows_advice_and_flags(machine: str, advice: int, flags: int) -> None:
    column = seccomp.ARCHITECTURES[machine].column
    for name, asked in (("madvise", (0, 0, advice, 0, 0, 0)), ("preadv2", (3, 0, 1, 0, 0, flags))):
        number = seccomp.ARGUMENTS[name][column]
        assert number is not None
        assert rules_answer(machine, name, asked) == run_filter(machine, number, *asked)


def test_an_unknown_machine_has_no_profile() -> None:
    assert seccomp.profile_for("riscv64") is None
