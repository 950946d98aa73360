"""Limits an engine was told to set, compared with the kernel's word; plain files stand for the kernel's."""

from pathlib import Path

import pytest

from grader.model.run import MIB, Limits, MemoryGuard
from grader.running.containers import engine_guard
from grader.running.containers.engine_guard import EngineGuard
from grader.running.holding.limits import Inside

LIMITS = Limits(wall_seconds=1, memory_bytes=100 * MIB, processes=64)
INSIDE = Inside(first=7, proc=-1, writable=())
UNIFIED = {"memory.max": str(100 * MIB), "memory.swap.max": "0", "pids.max": "64"}
MEMORY = {"memory.limit_in_bytes": str(100 * MIB), "memory.memsw.limit_in_bytes": str(100 * MIB)}


def written(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text + "\n")
    return folder


def held(
    monkeypatch: pytest.MonkeyPatch,
    *,
    unified: Path | None = None,
    legacy: dict[str, Path] | None = None,
    swap: bool = True,
) -> EngineGuard:
    monkeypatch.setattr(engine_guard, "unified_group_of", lambda _: unified)
    monkeypatch.setattr(engine_guard, "legacy_group_of", lambda _, name: (legacy or {}).get(name))
    monkeypatch.setattr(engine_guard, "_has_swap", lambda: swap)
    guard = EngineGuard(LIMITS, 2)
    guard.hold(INSIDE)
    return guard


def test_a_v2_group_that_holds_everything_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    group = written(tmp_path, UNIFIED)
    guard = held(monkeypatch, unified=group)
    assert guard.kind is MemoryGuard.CGROUP_V2
    written(
        group,
        {"memory.stat": "anon 1000\nshmem 24", "memory.events": "oom_kill 1", "cpu.stat": "usage_usec 5"},
    )
    guard.look()
    assert (guard.usage.peak_bytes, guard.usage.memory_crossed) == (1024, True)


@pytest.mark.parametrize(("name", "value"), [
    ("memory.max", "max"), ("memory.max", str(200 * MIB)), ("memory.max", str(50 * MIB)),
    ("memory.swap.max", "max"), ("pids.max", "max"), ("pids.max", "65"),
])  # fmt: skip
def test_another_limit_than_was_asked_for_is_not_held(
    name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = written(tmp_path, {**UNIFIED, name: value})
    with pytest.raises(OSError, match=name):
        held(monkeypatch, unified=group)


def test_without_swap_nobody_need_limit_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    group = written(tmp_path, UNIFIED)
    (group / "memory.swap.max").unlink()
    assert held(monkeypatch, unified=group, swap=False).kind is MemoryGuard.CGROUP_V2
    with pytest.raises(OSError, match=r"memory\.swap\.max is missing"):
        held(monkeypatch, unified=group, swap=True)


def test_v1_groups_that_hold_everything_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = written(tmp_path / "memory", {**MEMORY, "memory.stat": "total_rss 7"})
    pids = written(tmp_path / "pids", {"pids.max": "64", "pids.events": "max 3"})
    guard = held(monkeypatch, legacy={"memory": memory, "pids": pids})
    guard.look()
    assert guard.kind is MemoryGuard.CGROUP_V1
    assert (guard.usage.peak_bytes, guard.usage.process_refusals) == (7, 3)


def test_swap_that_is_not_counted_is_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = written(tmp_path / "memory", MEMORY)
    (memory / "memory.memsw.limit_in_bytes").unlink()
    pids = written(tmp_path / "pids", {"pids.max": "64"})
    with pytest.raises(OSError, match="memsw"):
        held(monkeypatch, legacy={"memory": memory, "pids": pids})


def test_a_group_that_cannot_be_found_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OSError, match="no cgroup"):
        held(monkeypatch)


def test_what_holds_is_not_told_before_it_was_seen() -> None:
    guard = EngineGuard(LIMITS, 2)
    guard.look()
    assert guard.kind is MemoryGuard.NONE
