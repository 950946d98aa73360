"""How long a run is kept from its processors by others, from threads as a kernel tells of them."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.running.holding import starvation
from grader.running.holding.limits import Inside
from grader.running.holding.starvation import Share, Starvation, lost_seconds

TICKS = os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize(
    ("shares", "used", "cores", "lost"),
    [
        ([Share(3.2, 6.8)], 3.2, 2, 6.8),
        ([Share(0.0, 0.0)], 0.0, 2, 0.0),
        ([Share(2.5, 7.5)] * 8, 20.0, 2, 0.0),
        ([Share(1.0, 9.0)] * 8, 8.0, 2, 9.0),
        ([Share(0.25, 4.75)] * 40, 10.0, 2, 0.0),
        ([Share(5.0, 5.0), Share(5.0, 5.0)], 10.0, 2, 5.0),
        ([Share(3.0, 7.0)], 10.0, 2, 0.0),
        ([], 5.0, 2, 0.0),
    ],
    ids=[
        "one thread beside other programs",
        "one that sleeps",
        "eight on two processors for themselves",
        "eight on two processors beside other programs",
        "forty that all begin at once, again and again",
        "two at a time wait no longer than one of them",
        "what is used by processes that are gone counts",
        "nobody there",
    ],
)
def test_only_what_others_took_counts(shares: list[Share], used: float, cores: int, lost: float) -> None:
    assert lost_seconds(shares, used=used, cores=cores) == pytest.approx(lost)


@given(
    st.lists(st.lists(st.sampled_from("RWS"), min_size=6, max_size=6), min_size=1, max_size=6),
    st.integers(1, 3),
)
def test_it_is_never_more_than_what_the_run_was_kept_from(moments: list[list[str]], cores: int) -> None:
    """Each thread runs, waits or sleeps at each moment; no more of them run than there are processors."""
    for moment in range(6):
        running = [thread for thread in moments if thread[moment] == "R"]
        for thread in running[cores:]:
            thread[moment] = "W"
    shares = [Share(thread.count("R"), thread.count("W")) for thread in moments]
    used = sum(share.ran for share in shares)
    able = sum(min(cores, sum(thread[m] != "S" for thread in moments)) for m in range(6))
    assert lost_seconds(shares, used=used, cores=cores) <= able - used


@dataclass
class Machine:
    """A ``/proc`` of our own: the run's inside, and the machine's; time passes as told."""

    folder: Path
    now: float = 100.0
    busy: float = 0.0
    threads: dict[int, tuple[float, float]] = field(default_factory=dict)
    nice: int = field(default_factory=lambda: os.getpriority(os.PRIO_PROCESS, 0))
    policy: int = field(default_factory=lambda: os.sched_getscheduler(0))
    mask: str = "ffffffff,ffffffff"

    def write(self) -> None:
        """Write what the kernel would tell at this moment."""
        processor = min(os.sched_getaffinity(0))
        (self.folder / "stat").write_text(
            f"cpu 0\ncpu{processor} {int(self.busy * TICKS)} 0 0 9999 9 0 0 0 0 0\n"
        )
        for thread, (ran, waited) in self.threads.items():
            place = self.folder / "inside/7/task" / str(thread)
            place.mkdir(parents=True, exist_ok=True)
            (self.folder / "inside/7/stat").write_text(f"7 (a (b) c) R {'1 ' * 40}")
            (place / "schedstat").write_text(f"{int(ran * 1e9)} {int(waited * 1e9)} 5\n")
            fields = ["1"] * 38
            fields[15], fields[37] = str(self.nice), str(self.policy)
            (place / "stat").write_text(f"{thread} (a (b) c) R {' '.join(fields)}\n")
            (place / "status").write_text(f"Name:\tx\nCpus_allowed:\t{self.mask}\n")

    def passes(self, *, busy: float, threads: Mapping[int, tuple[float, float]]) -> None:
        """Let a second pass in which the threads ran and waited so long."""
        self.now += 1
        self.busy += busy
        for thread, (ran, waited) in threads.items():
            before = self.threads.get(thread, (0.0, 0.0))
            self.threads[thread] = (before[0] + ran, before[1] + waited)
        self.write()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine(tmp_path, threads={7: (3.0, 40.0)})
    monkeypatch.setattr("grader.running.holding.starvation.time.monotonic", lambda: made.now)
    made.write()
    return made


@pytest.fixture
def held(machine: Machine) -> Iterator[int]:
    descriptor = os.open(machine.folder / "inside", os.O_RDONLY | os.O_DIRECTORY)
    yield descriptor
    os.close(descriptor)


def watched(machine: Machine, held: int, *, all_counted: bool = True) -> Starvation:
    found = Starvation(all_counted=all_counted, proc=machine.folder)
    found.hold(Inside(7, held, ()))
    return found


def test_a_run_that_gets_a_third_of_a_processor_has_lost_the_rest(machine: Machine, held: int) -> None:
    found = watched(machine, held)
    for second in range(1, 4):
        machine.passes(busy=1.0, threads={7: (0.3, 0.7)})
        found.look(0.3 * second)
    assert found.seconds == pytest.approx(2.1, abs=0.05)


def test_waiting_before_it_was_let_go_is_not_the_programs(machine: Machine, held: int) -> None:
    found = watched(machine, held)
    machine.passes(busy=1.0, threads={7: (0.0, 0.0)})
    found.look(0.0)
    assert found.seconds == 0


def test_no_more_was_lost_than_others_did_on_these_processors(machine: Machine, held: int) -> None:
    found = watched(machine, held)
    machine.passes(busy=0.3, threads={7: (0.3, 0.7)})
    found.look(0.3)
    assert found.seconds == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize(
    "stepped_back", [{"mask": "0"}, {"nice": 19}, {"policy": os.SCHED_IDLE}], ids=["mask", "nice", "policy"]
)
def test_a_thread_that_stepped_back_waits_by_its_own_choice(
    machine: Machine, held: int, stepped_back: dict[str, int | str]
) -> None:
    for name, value in stepped_back.items():
        setattr(machine, name, value)
    found = watched(machine, held)
    machine.passes(busy=1.0, threads={7: (0.3, 0.7)})
    found.look(0.3)
    assert found.seconds == 0


@pytest.mark.parametrize(("all_counted", "lost"), [(True, 0.7), (False, 0.0)])
def test_processes_that_come_and_go_unseen_leave_nothing_told_where_nobody_counts_them(
    machine: Machine, held: int, *, all_counted: bool, lost: float
) -> None:
    found = watched(machine, held, all_counted=all_counted)
    machine.passes(busy=1.0, threads={7: (0.3, 0.7), 90: (0.0, 0.0)})
    found.look(0.3)
    assert found.seconds == pytest.approx(lost, abs=0.02)


def test_threads_that_are_there_to_be_seen_are_no_reason_to_tell_nothing(machine: Machine, held: int) -> None:
    found = watched(machine, held, all_counted=False)
    machine.passes(busy=1.0, threads={7: (0.3, 0.7), **dict.fromkeys(range(8, 40), (0.0, 0.0))})
    found.look(0.3)
    assert found.seconds == pytest.approx(0.7, abs=0.02)


def test_between_two_periods_nothing_is_looked_at(machine: Machine, held: int) -> None:
    found = watched(machine, held)
    machine.passes(busy=1.0, threads={7: (0.3, 0.7)})
    machine.now -= 0.9
    found.look(0.3)
    assert found.seconds == 0


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({"cpu.max": "150000 100000\n"}, 1),
        ({"cpu.max": "350000 100000\n"}, 3),
        ({"cpu.max": "max 100000\n"}, 8),
        ({"cpu.max": "50000 100000\n"}, 1),
        ({"cpu.cfs_quota_us": "200000\n", "cpu.cfs_period_us": "100000\n"}, 2),
        ({"cpu.cfs_quota_us": "-1\n", "cpu.cfs_period_us": "100000\n"}, 8),
        ({}, 8),
    ],
)
def test_a_quota_promises_fewer_processors_than_there_are(
    files: dict[str, str], cores: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(starvation, "unified_group_of", lambda _: tmp_path if "cpu.max" in files else None)
    monkeypatch.setattr(starvation, "legacy_group_of", lambda *_: tmp_path)
    assert starvation.promised_cores(8) == cores
