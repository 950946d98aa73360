"""One submission on its way: its runs so far, those of its audits, and what they come to."""

from dataclasses import dataclass, field

from grader.model.message import Message
from grader.model.order import RunOrder
from grader.model.result import Reason, SubmissionResult
from grader.model.run import Purpose
from grader.model.submission import Submission
from grader.orchestration.assess import Assessed, assess, not_graded
from grader.orchestration.audit import pair_is_open, worth_making
from grader.orchestration.ground import Ground
from grader.orchestration.means import Means
from grader.orchestration.orders import audit_order_of, order_of
from grader.storage.run_store import StoredRun
from grader.words import say


@dataclass(slots=True, kw_only=True, eq=False)
class Case:
    """How far one submission has come.

    ``runs`` are its graded runs in their order, ``extra`` those of its audits or why one could not be made;
    ``lost`` says why a graded run could not be made.
    """

    submission: Submission
    ground: Ground
    runs: list[StoredRun] = field(default_factory=list)
    extra: dict[Purpose, StoredRun | Message] = field(default_factory=dict)
    lost: Message | None = None
    assessed: Assessed | None = None

    def next_order(self, means: Means) -> RunOrder:
        """Return the order for the run after those made."""
        return order_of(self.submission, self.ground, len(self.runs) + 1, means)

    def more_runs_wanted(self, means: Means) -> bool:
        """Return whether one run more is to be made: asked for, or able to change what is earned."""
        if self.lost is not None:
            return False
        made, spec = len(self.runs), self.ground.assignment.run
        if means.options.runs is not None:
            return made < means.options.runs
        if self.assessed is None:
            return True
        return made < spec.runs_min or (made < spec.runs_max and self.assessed.more_runs_wanted)

    def audits_wanted(self) -> list[Purpose]:
        """Return the extra runs worth making now: of who would pass, once; then of a pair that differs."""
        if self.assessed is None:
            return []
        if not self.extra:
            return worth_making(self.ground, self.assessed.result)
        repeat = pair_is_open(self.assessed.result.audits) and Purpose.REPEAT not in self.extra
        return [Purpose.REPEAT] if repeat else []

    def audit_order(self, purpose: Purpose, means: Means) -> RunOrder:
        """Return the order for an extra run about the first run that delivered."""
        leading = self.assessed.leading if self.assessed else 0
        graded = order_of(self.submission, self.ground, leading + 1, means)
        evidence = self.assessed.result.evidence if self.assessed else None
        return audit_order_of(graded, self.runs[leading], purpose, self.submission, evidence)

    def judge(self, means: Means) -> None:
        """Judge the runs so far, if there are any."""
        if self.runs and self.lost is None:
            self.assessed = assess(
                self.submission, self.ground, self.runs, tools=means.tools, extra=self.extra
            )

    def result(self) -> SubmissionResult:
        """Return what it comes to so far: a run of ours that failed later does not undo what was measured."""
        if self.assessed is not None:
            return self.assessed.result
        why = self.lost or say("run-not-made-yet")
        return not_graded(self.submission, self.ground.assignment.points, Reason.INFRASTRUCTURE, why)
