"""What a class costs the grader itself, by stand-ins: each submission, grading again, memory."""

import resource
import tempfile
import time
from pathlib import Path

from benchmarks.stand_ins import StandIns

FEW, MANY = 10, 1000


def cost_of_many(pairs: int) -> list[float]:
    """CPU a submission of a class of 1,000 ÷ of a class of 10; limit 1.05."""
    return [_cpu_each(MANY) / _cpu_each(FEW) for _ in range(pairs)]


def graded_again(pairs: int) -> list[float]:
    """Seconds of processor to grade 1,000 unchanged submissions again; limit 2."""
    with tempfile.TemporaryDirectory() as folder:
        standing = StandIns(Path(folder), MANY)
        standing.grade()
        return [_seconds(standing) for _ in range(pairs)]


def memory_of_many(pairs: int) -> list[float]:
    """MB that this process came to hold while grading 1,000 stand-ins, above what it held for 10."""
    del pairs  # the most that a process ever held is measured once
    _cpu_each(FEW)
    before = _peak()
    _cpu_each(MANY)
    return [_peak() - before]


def _cpu_each(count: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        return _seconds(StandIns(Path(folder), count)) / count


def _seconds(standing: StandIns) -> float:
    begun = time.process_time()
    standing.grade()
    return time.process_time() - begun


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
