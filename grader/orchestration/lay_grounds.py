"""What the submissions of several assignments stand on, and why those of some stand on nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from grader.model.assignment import Assignment
from grader.model.errors import CourseError, DataMissing, SandboxError
from grader.model.message import Message
from grader.model.result import Reason
from grader.model.run import NotRun
from grader.orchestration.baseline import reference_of
from grader.orchestration.ground import Ground, lay_ground
from grader.orchestration.means import Means


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grounds:
    """The grounds of several assignments by slug, and why some have none."""

    laid: Mapping[str, Ground]
    barred: Mapping[str, tuple[Reason, Message]]


def lay_grounds(assignments: Sequence[Assignment], means: Means) -> Grounds:
    """Return the ground of each assignment, its reference known; one that has none does not stop the others.

    Raises:
        RuntimeMissing: an interpreter is not installed.
    """
    laid: dict[str, Ground] = {}
    barred: dict[str, tuple[Reason, Message]] = {}
    for assignment in assignments:
        try:
            laid[assignment.slug] = ground_with_reference(assignment, means)
        except DataMissing as error:
            barred[assignment.slug] = (Reason.DATA_MISSING, error.message)
        except (CourseError, SandboxError) as error:
            barred[assignment.slug] = (Reason.INFRASTRUCTURE, error.message)
    return Grounds(laid=laid, barred=barred)


def ground_with_reference(assignment: Assignment, means: Means) -> Ground:
    """Return what the runs of ``assignment`` are made on and compared with.

    Raises:
        DataMissing, RuntimeMissing: this machine lacks what they need.
        SandboxError: it needs a GPU, or the reference's run could not be made.
        CourseError: the reference delivers nothing.
    """
    ground = lay_ground(assignment, means)
    reference = reference_of(ground, means)
    if isinstance(reference, NotRun):
        raise SandboxError(reference.reason)
    return replace(ground, reference=reference)
