"""What the submissions of one assignment stand on: its data, its runtime, what is known of its reference."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from grader.datasets.own import prepare_own
from grader.datasets.prepare import Prepared
from grader.model.assignment import Assignment, GpuNeed
from grader.model.errors import SandboxError
from grader.model.evidence import Fit
from grader.model.metric import Baseline
from grader.orchestration.means import Means
from grader.runtimes.catalogue import Runtime, find_runtime
from grader.words import say
from grader.worker.workplace import prepare_data

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reference:
    """The reference solution's measurements and learning curves, to stand beside a student's.

    ``answers`` are the classes that one of its runs predicted, in the dataset's own order.
    """

    baseline: Baseline | None = None
    fits: tuple[Fit, ...] = ()
    seconds: float | None = None
    answers: "np.ndarray[Any, Any] | None" = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class Ground:
    """An assignment with all that its runs are made on, and what they are compared with."""

    assignment: Assignment
    prepared: Prepared
    runtime: Runtime
    reference: Reference = field(default_factory=Reference)

    @property
    def rows_hidden(self) -> bool:
        """Whether no student has the graded rows: what a program says once it has seen them is withheld."""
        return self.prepared.dataset.rows_hidden and self.prepared.labels_known


def lay_ground(assignment: Assignment, means: Means) -> Ground:
    """Return what the runs of ``assignment`` are made on; nothing is known of its reference yet.

    Raises:
        SandboxError: it needs a GPU and none is here.
        DataMissing: its data are not on this machine.
        CourseError: a course's own data are not what their ``dataset.toml`` says.
        RuntimeMissing: its interpreter is not installed.
    """
    tools = means.tools
    run = assignment.run
    runtime = find_runtime(run.runtime, tools.cache, cuda=bool(tools.gpus), backend=run.backend)
    if run.gpu is GpuNeed.REQUIRED and not tools.gpus:
        raise SandboxError(say("required-gpu-missing"))
    if assignment.data.own:
        prepared = prepare_own(
            assignment.folder,
            data_dir=tools.data_dir,
            cache=tools.cache,
            without_hidden=assignment.data.without_hidden,
        )
    else:
        prepared = prepare_data(assignment.data.dataset, runtime, data_dir=tools.data_dir, cache=tools.cache)
    return Ground(assignment=assignment, prepared=prepared, runtime=runtime)
