"""A program beside its recipe: what was recorded of it, and how what it delivered stands to our trainings."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from grader.measuring.judging.facts import Facts
from grader.measuring.judging.judge import Judgement, judge, summarised
from grader.measuring.judging.made_again import LOOKS, made_again
from grader.measuring.judging.measure import metric_name
from grader.measuring.judging.more_runs import more_runs_wanted
from grader.measuring.judging.tell import tell_value
from grader.model.assignment import Assignment, Basis, RecipeNeed
from grader.model.assurance import Assurance, Beside, MadeAgain, Origin
from grader.model.message import NOTHING, Joined, Message
from grader.model.metric import Measurement
from grader.model.recipe import Estimator, EstimatorFit, Recipe
from grader.model.result import AuditResult, RecipeTold, RunResult
from grader.model.retrained import Retrained, RetrainedNet
from grader.model.run import Run, RunStatus
from grader.model.submission import Finding, Severity, Submission
from grader.orchestration.carried_by_recipe import carries, layers_of
from grader.orchestration.ground import Ground
from grader.orchestration.means import Tools
from grader.orchestration.read_run import RunRead
from grader.orchestration.retrained import OF_THE_RECIPE
from grader.readers.recipe import read_recipe
from grader.readers.recipe_reasons import avoidable, no_recipe_told
from grader.readers.refused import Refused
from grader.storage.run_store import StoredRun
from grader.words import say

RECIPE_FILE = "recipe.json"
OVERSTATED = "claim-suspiciously-good"
"""A figure that a person states says nothing of where answers come from."""
_LISTED = 4
_REPEATABLE = frozenset(
    {
        "BernoulliNB",
        "GaussianNB",
        "KNeighborsClassifier",
        "KNeighborsRegressor",
        "Lasso",
        "LinearDiscriminantAnalysis",
        "LinearRegression",
        "MinMaxScaler",
        "MultinomialNB",
        "NearestCentroid",
        "Pipeline",
        "PolynomialFeatures",
        "QuadraticDiscriminantAnalysis",
        "Ridge",
        "SVC",
        "SVR",
        "StandardScaler",
    }
)
"""Estimators that leave nothing to chance, whatever their parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a run left of the program's recipe: the recipe, or why there is none."""

    recipe: Recipe | None = None
    why: Message | None = None
    avoidable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Held:
    """What was delivered, held against our trainings by its recipe.

    ``measured`` are the measurements of each training, ``decides`` whether they are what is judged, and
    ``fixed`` whether the recipe leaves nothing to chance. ``layers`` are the classes of those of the model
    that was trained, None of what has none. ``carries`` says that the recipe is right without learning.
    """

    nets: tuple[RetrainedNet, ...]
    beside: tuple[MadeAgain, ...]
    decides: bool
    fixed: bool
    layers: tuple[str, ...] | None = None
    carries: Finding | None = None

    @property
    def learns(self) -> bool:
        """Whether our trainings show that the program's answers come of its training."""
        return self.carries is None and all(one.beside is not Beside.BETTER for one in self.beside)

    @property
    def wanted(self) -> Mapping[str, int]:
        """How many trainings in all would tell more, by the metric that is open."""
        return {one.metric: one.wanted for one in self.beside if one.wanted is not None}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Side:
    """The side of its recipe on which a program is looked at: what there is of it, and what follows.

    ``recipe`` can be trained again here; ``lost`` says why it was not.
    """

    recorded: Recorded | None
    recipe: Recipe | None
    held: Held | None
    lost: Message | None

    @property
    def learns(self) -> bool:
        """Whether our trainings show that the program's answers come of its training."""
        return self.held is not None and self.held.learns

    @property
    def doubts(self) -> tuple[Finding, ...]:
        """What leaves a doubt about any bar that is met."""
        return (self.held.carries,) if self.held is not None and self.held.carries is not None else ()

    def waits(self, ground: Ground) -> Message | None:
        """Return why what a metric earned waits for a person: a recipe is required, and was not trained.

        Nobody waits for what is our doing: a recording that failed, a machine that was too busy to train.
        """
        required = ground.assignment.verdict.recipe is RecipeNeed.REQUIRED
        if self.held is not None or self.recorded is None or not required:
            return None
        if self.recorded.recipe is None:
            return self.recorded.why if self.recorded.avoidable else None
        return self.lost if self.lost is not None and self.lost.key in OF_THE_RECIPE else None

    def findings(self, gaining: frozenset[str], tools: Tools) -> tuple[Finding, ...]:
        """Return what a person should know of the program beside its recipe."""
        return () if self.held is None else findings_of_recipe(self.held, gaining, tools)

    def doubted(self, gaining: frozenset[str]) -> frozenset[str]:
        """Return those of ``gaining`` by which the delivered value is better than its recipe.

        A gain inside the spread is luck: where the recipe decides it earns nothing, and it is no doubt.
        """
        beside = () if self.held is None else self.held.beside
        return gaining & {one.metric for one in beside if one.beside in (Beside.BETTER, Beside.OPEN)}

    def trainings_wanted(self, facts: Facts, gaining: frozenset[str]) -> int | None:
        """Return how many trainings in all would tell more, or could change what is earned."""
        return None if self.held is None else trainings_wanted(facts, self.held, gaining)

    def told(self, first: Run) -> RecipeTold | None:
        """Return what a result keeps of the recipe; ``first`` is the run that leads."""
        if self.recorded is None:
            return None
        if self.held is None:
            why = self.recorded.why
            if why is None and self.lost is not None:
                why = say("recipe-not-trained-again", why=self.lost)
            return RecipeTold(why=why, avoidable=self.recorded.avoidable)
        runs = tuple(_run_of(number, net, first) for number, net in enumerate(self.held.nets, 1))
        return RecipeTold(runs=runs, beside=self.held.beside, decides=self.held.decides)


def beside_recipe(
    first: RunRead, retrained: Retrained | Message | None, ground: Ground, tools: Tools
) -> Side:
    """Return how the program whose leading run is ``first`` stands beside its recipe."""
    recorded = recorded_recipe(first.stored, ground.assignment, finished=first.facts.report.finished)
    can = recorded is not None and first.own is not None and ground.prepared.labels_known
    recipe = recorded.recipe if recorded is not None and can else None
    return Side(
        recorded=recorded,
        recipe=recipe,
        held=None if recipe is None else held_beside(first, recipe, retrained, ground, tools),
        lost=retrained if isinstance(retrained, Message) else None,
    )


def recorded_recipe(stored: StoredRun, assignment: Assignment, *, finished: bool = True) -> Recorded | None:
    """Return what ``stored`` left of the program's recipe; None where nobody asked for one.

    A program that ended its own process before anything was written had its recipe to give.
    """
    if not assignment.asks_for("recipe"):
        return None
    read = read_recipe(stored.read(RECIPE_FILE))
    if isinstance(read, Recipe):
        return Recorded(recipe=read)
    if isinstance(read, Refused):
        return Recorded(why=read.reason, avoidable=True)
    return Recorded(why=no_recipe_told(read), avoidable=avoidable(read) or not finished)


def held_beside(
    first: RunRead, recipe: Recipe, retrained: Retrained | Message | None, ground: Ground, tools: Tools
) -> Held | None:
    """Return how ``first``, the run that leads, stands beside ``retrained``; None where nothing compares."""
    if not isinstance(retrained, Retrained):
        return None
    assignment, baseline = ground.assignment, ground.reference.baseline
    fixed = _leaves_nothing_to_chance(recipe, retrained)
    beside = []
    for name, own in first.facts.measurements.items():
        values = retrained.values(name)
        if not isinstance(own, Measurement) or not values:
            continue
        metric = tools.metrics[name]
        found = made_again(
            own.value,
            values,
            metric=name,
            direction=metric.direction,
            rows=own.n if metric.counts_rows else None,
            record=baseline.of(name) if baseline else None,
            repeatable=fixed,
        )
        beside.append(found)
    if not beside:
        return None
    return Held(
        nets=retrained.nets,
        beside=tuple(beside),
        decides=assignment.verdict.basis is Basis.RECIPE,
        fixed=fixed,
        layers=layers_of(recipe),
        carries=carries(recipe, retrained, ground, tools),
    )


def judged_by_recipe(
    facts: Facts, own: Judgement, held: Held | None
) -> tuple[Facts, Judgement, frozenset[str]]:
    """Return what is judged, and the metrics by which the program's own runs earn more than our trainings.

    ``own`` is the judgement of the program's own runs. Where the recipe does not decide, it stands.
    """
    if held is None:
        return facts, own, frozenset()
    by_ours = _by_trainings(facts, held)
    again = judge(by_ours)
    earned = {check.id: check.points for check in again.checks}
    gaining = frozenset(c.metric for c in own.checks if c.metric and c.points > earned.get(c.id, 0))
    return (by_ours, again, gaining) if held.decides else (facts, own, gaining)


def trainings_wanted(facts: Facts, held: Held, gaining: frozenset[str]) -> int | None:
    """Return how many trainings in all would tell more, or could change what is earned.

    A delivered value that is doubted asks for more where points hang on it; a bar that is too close as long
    as the assignment allows more runs.
    """
    wanted = [more for name, more in held.wanted.items() if name in gaining]
    made, most = len(held.nets), facts.assignment.run.runs_max
    if held.decides and not held.fixed and made < most and more_runs_wanted(facts):
        wanted.append(min(most, next((look for look in LOOKS if look > made), most)))
    return max(wanted, default=None)


def assurance_of(
    facts: Facts, audits: Sequence[AuditResult], held: Held | None, *, signs: Sequence[Finding]
) -> Assurance | None:
    """Return what stands behind the predictions; None where nobody asked.

    ``signs`` are findings about where answers come from: our own trainings answer them, audits do not.
    """
    if facts.doubted is not None or facts.copied is not None:
        return Assurance.DOUBTED
    if held is not None:
        return Assurance.MADE_AGAIN
    if not audits:
        return None
    return Assurance.DOUBTED if signs else Assurance.NOT_CONTRADICTED


def signs_among(findings: Sequence[Finding], submission: Submission) -> tuple[Finding, ...]:
    """Return those of ``findings`` that speak of where the answers come from, for a person to look at."""
    return tuple(
        one
        for one in findings
        if one.severity is Severity.REVIEW
        and one not in submission.findings
        and one.message.key != OVERSTATED
    )


def _by_trainings(facts: Facts, held: Held) -> Facts:
    """Return ``facts`` with the metrics of our trainings in place of those of the program's runs."""
    measured = [net.measurements for net in held.nets]
    nets = measured[:1] if held.fixed else measured
    summaries, unmeasured = summarised(nets, facts.metrics, facts.assignment.verdict.rule)
    return replace(
        facts,
        summaries=summaries,
        unmeasured=unmeasured,
        retrained=True,
        layers=held.layers,
        repeats_itself=held.fixed,
    )


def findings_of_recipe(held: Held, gaining: frozenset[str], tools: Tools) -> tuple[Finding, ...]:
    """Return what a person should know of the program beside its recipe.

    ``gaining`` are the metrics by which the delivered value earns more than our trainings.
    """
    found = [held.carries] if held.carries is not None else []
    for one in held.beside:
        counts = tools.metrics[one.metric].counts_rows
        fields = {
            "metric": metric_name(one.metric),
            "delivered": tell_value(one.delivered, counts),
            "count": len(one.retrained),
            "values": _values_told(one, counts),
            "half": say("made_again.half") if one.better_half else NOTHING,
        }
        if one.beside is Beside.BETTER and one.metric in gaining:
            grade = say("made_again.grade.recipe" if held.decides else "made_again.grade.run")
            message = say("better-than-its-recipe", grade=grade, **fields)
            found.append(Finding(severity=Severity.REVIEW, message=message, p_value=one.p_value))
        elif one.beside is Beside.BETTER:
            message = say("better-than-its-recipe-same-points", **fields)
            found.append(Finding(severity=Severity.INFO, message=message, p_value=one.p_value))
        elif one.beside is Beside.WORSE:
            message = say("recipe-usually-does-better", **fields)
            found.append(Finding(severity=Severity.INFO, message=message, p_value=one.p_value))
    return tuple(found)


def _run_of(number: int, net: RetrainedNet, first: Run) -> RunResult:
    """Return one training as a result shows its runs; of its clock and memory nothing is known apart."""
    values = {n: m.value for n, m in net.measurements.items() if isinstance(m, Measurement)}
    return RunResult(
        run=replace(
            first,
            number=number,
            seed=net.training.seed,
            status=RunStatus.OK,
            seconds=math.nan,
            cpu_seconds=net.told.cpu_seconds,
            peak_memory_bytes=0,
            signal=None,
            exit_code=None,
            output_dropped=0,
        ),
        metrics=values,
        predictions=net.answers,
        origin=Origin.RECIPE,
    )


def _values_told(one: MadeAgain, counts_rows: bool) -> Message:  # noqa: FBT001 - a metric's own attribute
    """Return the values of a few trainings, of many the ends and the mean."""
    values = one.retrained
    if len(values) <= _LISTED:
        return Joined(", ", tuple(tell_value(value, counts_rows) for value in values))
    ends = {"low": min(values), "high": max(values), "mean": math.fsum(values) / len(values)}
    return say("made_again.values.many", **{k: tell_value(v, counts_rows) for k, v in ends.items()})


def _leaves_nothing_to_chance(recipe: Recipe, retrained: Retrained) -> bool:
    """Return whether the recipe is of estimators without chance, and its trainings answered alike."""
    fits = recipe.fits
    plain = all(
        isinstance(fit, EstimatorFit) and fit.rows.drawn is None and _repeatable(fit.estimator)
        for fit in fits
    )
    return plain and len({net.answers for net in retrained.nets}) == 1


def _repeatable(estimator: Estimator) -> bool:
    own = estimator.name.rpartition(".")[2] in _REPEATABLE
    return own and all(_repeatable(part) for _, part in estimator.parts)
