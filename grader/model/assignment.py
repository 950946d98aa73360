"""An assignment at one version: what is served, how it is run, what is asked."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path

from grader.model.ask import Ask, together
from grader.model.check import CheckSpec
from grader.model.evidence import Source
from grader.model.message import Language, Message
from grader.model.metric import Rule


class Labels(Enum):
    """What the served copy of the test labels holds."""

    CANARY = "canary"
    NONE = "none"


class GpuNeed(Enum):
    """Whether a run wants a GPU."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSpec:
    """Which dataset of the catalogue students work on, and what its served test labels hold.

    ``dataset`` is empty where an assignment has no data: nothing is served, and nothing measured.
    ``own``: it is the one in the assignment's own folder. ``without_hidden``: what a course hides of it may
    be absent, as on a student's machine; then nothing is measured by it.
    """

    dataset: str
    split: str = "official"
    labels: Labels = Labels.CANARY
    own: bool = False
    without_hidden: bool = False

    @property
    def given(self) -> bool:
        """Whether there are data at all."""
        return bool(self.dataset)


NO_DATA = DataSpec(dataset="", labels=Labels.NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSpec:
    """The runtime and the limits of one run, and how many runs a grading makes."""

    runtime: str
    timeout_seconds: float
    memory_bytes: int
    gpu: GpuNeed
    runs_min: int
    runs_max: int
    backend: str = ""
    """What Keras 3 computes with, where a course chooses; its name in ``KERAS_BACKEND``."""
    timeout_factor: float | None = None
    """``5 x reference``: the limit is this many times the reference's time, when that is known."""


class OnClose(Enum):
    """What happens to the points of a check that stays too close to call, until a person decides."""

    BENEFIT = "benefit"
    REVIEW = "review"


class Basis(Enum):
    """Whose runs decide where a program has a recipe: ours, trained again by it, or the program's own."""

    RECIPE = "recipe"
    RUN = "run"


class RecipeNeed(Enum):
    """Whether the points of a program that could have had a recipe, and has none, wait for a person.

    OFF: none is asked for, nothing is recorded, and nothing is trained again.
    """

    OFF = "off"
    PREFERRED = "preferred"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictSpec:
    """How several runs are judged together, which they are, and who gets the benefit of the doubt."""

    rule: Rule = Rule.MEAN
    on_close: OnClose = OnClose.BENEFIT
    basis: Basis = Basis.RECIPE
    recipe: RecipeNeed = RecipeNeed.PREFERRED


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSpec:
    """Which tests of honesty are made. They yield findings; what is served stays as it is without them."""

    order: bool = True
    canary: bool = True
    pair: bool = True
    placebo: bool = True
    fresh: bool = True
    claim: bool = True
    twins: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverSpec:
    """Where predictions are taken from: the first of ``sources`` that works."""

    sources: tuple[Source, ...]
    predictions: tuple[str, ...]
    model: tuple[str, ...]

    @property
    def asks(self) -> tuple[Ask, ...]:
        """What a run is asked for so that each source can be looked at."""
        return tuple(self.named(Ask(kind=source.value)) for source in self.sources)

    def named(self, ask: Ask) -> Ask:
        """Return ``ask`` with the names that students were told, where it brings none of its own."""
        told = {"predictions": self.predictions, "model": self.model}
        return ask if ask.names else Ask(kind=ask.kind, names=told.get(ask.kind, ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Work asked of everybody, at one version; ``version`` digests all that can move a grade."""

    slug: str
    title: Message
    points: Decimal
    source: str
    data: DataSpec
    run: RunSpec
    deliver: DeliverSpec
    checks: tuple[CheckSpec, ...]
    verdict: VerdictSpec = VerdictSpec()
    audits: AuditSpec = AuditSpec()
    version: str
    """Digest of everything here and of the checks: changes when a grade could."""
    run_version: str
    """Digest of what a run depends on (data, run, deliver): unchanged by a new threshold."""
    folder: Path
    reference: Path | None
    """The reference solution's main file, if the course has one."""
    needs: tuple[Ask, ...] = ()
    """What the checks are answered from, as their kinds say; part of ``run_version``."""

    @property
    def hidden_folder(self) -> Path:
        """Where the course keeps what students are not given: the reference solution, expected values."""
        return self.folder.parents[1] / "reference_solutions" / self.slug

    @property
    def asks(self) -> tuple[Ask, ...]:
        """What a run has to bring back: for the sources, for the checks, and the figures that pages show."""
        needed = (self.deliver.named(ask) for ask in self.needs)
        return together((*self.deliver.asks, *needed, Ask(kind="figures"), *self._recipe))

    @property
    def _recipe(self) -> tuple[Ask, ...]:
        """The recipe is asked for where a model may be what is graded: there is something to train again."""
        sources = {ask.kind for ask in self.deliver.asks}
        wanted = self.verdict.recipe is not RecipeNeed.OFF and self.data.dataset
        return (Ask(kind="recipe"),) if wanted and sources & {"captured", "model"} else ()

    def asks_for(self, kind: str) -> bool:
        """Return whether a run has to bring back ``kind``."""
        return any(ask.kind == kind for ask in self.asks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """An assignment that cannot be read, and every mistake in it."""

    slug: str
    mistakes: tuple[Message, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The assignments that one teacher runs together, in the order of their slugs."""

    name: str
    folder: Path
    assignments: tuple[Assignment, ...]
    language: Language | None = None
    """What people of this course are told things in, where they say nothing themselves."""
    broken: tuple["Broken", ...] = ()
    """Assignments with mistakes in them that nobody asked for: the others stand without them."""

    @property
    def slugs(self) -> tuple[str, ...]:
        """The name of every assignment, of broken ones too."""
        return (*(a.slug for a in self.assignments), *(b.slug for b in self.broken))

    def assignment(self, slug: str) -> Assignment | None:
        """Return the assignment called ``slug``, if the course has one."""
        return next((a for a in self.assignments if a.slug == slug), None)
