"""What a grading works with, chosen by ``wiring``, and handed from step to step."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.orchestration.ports import Clock, Executor, Progress
from grader.plugins.interfaces import CheckKind, Metric, Sandbox
from grader.storage.run_store import RunStore
from grader.worker.keep_what_fits import ROOM
from grader.worker.workplace import Workplace


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tools:
    """The implementations behind every port, and where things are on this machine."""

    metrics: Mapping[str, Metric]
    checks: Mapping[str, CheckKind[Any]]
    sandbox: Sandbox
    cache: Path
    data_dir: Path | None
    gpus: tuple[int, ...]
    gpu_names: tuple[str, ...]
    cpus: int
    version: str
    private: tuple[Path, ...] = ()
    """Folders with other people's work, to be hidden wherever they lie: submissions, reports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked on the command line; limits only ever lower the assignment's."""

    jobs: int = 1
    runs: int | None = None
    timeout_seconds: float | None = None
    memory_bytes: int | None = None
    force: bool = False
    audits: bool = True
    """Whether the extra runs of audits are made."""
    joins_batches: bool = True
    """Whether Keras may train an epoch in one call where nothing looks at single batches."""
    watched: bool = False
    """Whether a person watches one program: what it prints is shown meanwhile, its runs are explained."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Means:
    """The means of one grading."""

    tools: Tools
    options: Options
    executor: Executor
    store: RunStore
    progress: Progress
    clock: Clock
    room: int = ROOM
    """How many bytes of what a run leaves are kept."""

    def workplace(self, course: Path, heard: Callable[[bytes], None] | None = None) -> Workplace:
        """Return where a worker of this machine finds what orders name; no program sees ``course``.

        ``heard`` is told what programs print meanwhile.
        """
        tools = self.tools
        return Workplace(
            store=self.store,
            sandbox=tools.sandbox,
            cache=tools.cache,
            data_dir=tools.data_dir,
            cuda=bool(tools.gpus),
            private=(course, *tools.private),
            heard=heard,
            room=self.room,
        )
