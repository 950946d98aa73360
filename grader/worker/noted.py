"""What is noted beside a run: the files that it left, and what it was made under."""

from pathlib import Path

from grader.files.hash_file import hash_file
from grader.model.order import LeftFile
from grader.model.run import Conditions, Limits
from grader.running.machine import list_gpus, processor_model, processors


def manifest_of(folder: Path) -> tuple[LeftFile, ...]:
    """Return every file below ``folder`` with its digest and size, in the order of their names."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return tuple(
        LeftFile(name=str(p.relative_to(folder)), sha256=hash_file(p), size=p.stat().st_size) for p in paths
    )


def conditions_of(limits: Limits, gpu_number: int | None) -> Conditions:
    """Return the machine's processors, the GPU that was lent, and the limits."""
    gpu = next((gpu.model for gpu in list_gpus() if gpu.number == gpu_number), None)
    return Conditions(
        processor=processor_model(),
        cores=processors(),
        gpu=gpu,
        wall_seconds=limits.wall_seconds,
        memory_bytes=limits.memory_bytes,
    )
