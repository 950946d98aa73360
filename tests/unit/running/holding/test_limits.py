"""How many processes may live, and what a systemd scope is asked for."""

import os
from pathlib import Path

from grader.model.run import MIB, Limits
from grader.running.holding.cgroups import scope_environment, scope_launcher
from grader.running.holding.limits import Inside, Usage, cpu_crossed, process_limit


def limits(**changes: float) -> Limits:
    return Limits(wall_seconds=1, memory_bytes=100 * MIB, **changes)  # type: ignore[arg-type]


def test_the_default_number_of_processes_grows_with_the_machine() -> None:
    assert process_limit(limits(), 2) == 512
    assert process_limit(limits(), 128) == 4 * 128 + 256


def test_a_number_of_processes_that_was_asked_for_is_kept() -> None:
    assert process_limit(limits(processes=100), 128) == 100


def test_processor_time_has_no_limit_unless_asked_for() -> None:
    assert not cpu_crossed(limits(), Usage(cpu_seconds=1e9))
    assert cpu_crossed(limits(cpu_seconds=2), Usage(cpu_seconds=2.1))
    assert not cpu_crossed(limits(cpu_seconds=2), Usage(cpu_seconds=1.9))


def test_a_scope_holds_memory_swap_and_tasks_and_passes_no_environment_on() -> None:
    told = scope_launcher(limits(), 512, 1001, ("OOMPolicy=continue",))
    assert told[:2] == ("/usr/bin/systemd-run", "--user")
    for word in (f"MemoryMax={100 * MIB}", "MemorySwapMax=0", "TasksMax=512", "OOMPolicy=continue"):
        assert f"--property={word}" in told
    assert told[-3:] == ("--", "/usr/bin/env", "-i")
    assert scope_environment(1001) == {"XDG_RUNTIME_DIR": "/run/user/1001"}


def test_root_asks_the_system_manager() -> None:
    assert "--user" not in scope_launcher(limits(), 512, 0, ())
    assert scope_environment(0) == {}


def test_a_file_system_behind_several_places_is_counted_once(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    once, twice = (
        Inside(first=1, proc=-1, writable=tuple(os.open(path, os.O_RDONLY) for path in paths))
        for paths in ([tmp_path], [tmp_path, tmp_path / "other"])
    )
    assert abs(twice.files() - once.files()) < once.files() / 2
    assert abs(twice.bytes_written() - once.bytes_written()) < once.bytes_written() / 2
    for descriptor in (*once.writable, *twice.writable):
        os.close(descriptor)
