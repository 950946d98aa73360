"""One submission on its way: its runs so far, those of its audits, and what they come to."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from grader.measuring.judging.made_again import LOOKS
from grader.model.assignment import Basis
from grader.model.message import Message
from grader.model.order import RetrainOrder, RunOrder
from grader.model.result import Reason, SubmissionResult
from grader.model.retrained import Retrained
from grader.model.run import Purpose
from grader.model.submission import Submission
from grader.orchestration.assess import Assessed
from grader.orchestration.audit import pair_is_open, worth_making, worth_training
from grader.orchestration.ground import Ground
from grader.orchestration.judged_before import judged
from grader.orchestration.means import Means
from grader.orchestration.orders import audit_order_of, order_of, training_label
from grader.orchestration.retrained import orders_for, retrained_of, trained_first
from grader.orchestration.runs_of import Made
from grader.orchestration.ungraded import not_graded
from grader.storage.course_key import key_of
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
    retrained: Retrained | Message | None = None
    """Our own trainings by its recipe so far, or why they could not be made."""
    trainings: int = 0
    """How many of them were asked for."""
    assessed: Assessed | None = None

    def next_order(self, means: Means) -> RunOrder:
        """Return the order for the run after those made."""
        return order_of(self.submission, self.ground, len(self.runs) + 1, means)

    def more_runs_wanted(self, means: Means) -> bool:
        """Return whether one run more is to be made: asked for, or able to change what is earned."""
        if self.lost is not None:
            return False
        made, spec = len(self.runs), self.ground.assignment.run
        if made and self._by_recipe(means):
            return False
        if means.options.runs is not None:
            return made < means.options.runs
        if self.assessed is None:
            return True
        return made < spec.runs_min or (made < spec.runs_max and self.assessed.more_runs_wanted)

    def _by_recipe(self, means: Means) -> bool:
        """Return whether our own trainings take the place of more runs of the program."""
        if not means.options.audits or isinstance(self.retrained, Message):
            return False
        recipe = self.assessed.recipe if self.assessed else None
        return recipe is not None and self.ground.assignment.verdict.basis is Basis.RECIPE

    def trainings_wanted(self, means: Means) -> int | None:
        """Return how many of our own trainings there should be in all now; None where no more are wanted.

        The first are made for who would pass, or might.
        """
        found = self.assessed
        if not means.options.audits or found is None or found.recipe is None:
            return None
        if isinstance(self.retrained, Message):
            return None
        if not self.trainings:
            could = found.more_runs_wanted or worth_training(found.result)
            return max(LOOKS[0], means.options.runs or self._least()) if could else None
        wanted = found.trainings_wanted
        return wanted if wanted is not None and wanted > self.trainings else None

    def trainings_to_come(self, means: Means) -> int:
        """Return how many of our own trainings are made first, should the program have a recipe."""
        asked = means.options.audits and self.ground.assignment.asks_for("recipe")
        if self.runs or not asked or not self.ground.prepared.labels_known:
            return 0
        return trained_first(max(LOOKS[0], means.options.runs or self._least()))

    def _least(self) -> int:
        spec = self.ground.assignment
        return spec.run.runs_min if spec.verdict.basis is Basis.RECIPE else 1

    def training_orders(self, count: int, means: Means) -> tuple[RetrainOrder, ...]:
        """Return the orders for ``count`` of our own trainings in all."""
        found = self.assessed
        if found is None or found.recipe is None:
            return ()
        return orders_for(
            found.recipe,
            self.ground,
            means,
            count=count,
            program=self.runs[found.leading].run,
            secret=key_of(means.store.folder).secret,
            label=training_label(self.submission),
            steps=sorted({*LOOKS, max(self.ground.assignment.run.runs_max, LOOKS[0]), count}),
        )

    def take_trainings(self, orders: Sequence[RetrainOrder], made: Made, count: int, means: Means) -> None:
        """Take what came of the ``orders`` for ``count`` trainings, and judge by it."""
        recipe = self.assessed.recipe if self.assessed else None
        if recipe is None:
            return
        found = retrained_of(recipe, orders, made, self.ground, means)
        if not isinstance(found, Message) or self.retrained is None:
            self.retrained = found
        self.trainings = count
        self.judge(means)

    def audits_wanted(self) -> list[Purpose]:
        """Return the extra runs worth making now: of who would pass, once; then of a pair that differs.

        Where our own trainings by its recipe tell more, none.
        """
        if self.assessed is None or isinstance(self.retrained, Retrained):
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
            self.assessed = judged(
                self.submission,
                self.ground,
                self.runs,
                means=means,
                extra=self.extra,
                retrained=self.retrained,
            )

    def result(self) -> SubmissionResult:
        """Return what it comes to so far: a run of ours that failed later does not undo what was measured."""
        if self.assessed is not None:
            return self.assessed.result
        why = self.lost or say("run-not-made-yet")
        return not_graded(self.submission, self.ground.assignment.points, Reason.INFRASTRUCTURE, why)
