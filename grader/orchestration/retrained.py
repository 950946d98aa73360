"""Recipes trained again: orders for the trainings, and what their answers measure.

A first order trains two nets, and what nobody inside can know to be a test of the recipe: deranged labels, no
epoch at all, moved rows. Where two do not settle it, further orders train more nets beside them; none is made
twice.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.datasets.prepare import truth
from grader.files.plain_data import plain_of, read_plain
from grader.measuring.judging.measure import measure, metrics_wanted
from grader.model.assignment import GpuNeed
from grader.model.digest import digest_bytes, digest_parts
from grader.model.message import Message
from grader.model.order import OrderedData, RetrainOrder
from grader.model.recipe import Recipe
from grader.model.retrained import Retrained, RetrainedNet, Retraining, RetrainingTold
from grader.model.run import MIB, Limits, Run, RunStatus
from grader.orchestration.ground import Ground
from grader.orchestration.means import Means
from grader.orchestration.orders import limits_of, threads_for
from grader.orchestration.read_run import array_of_ours
from grader.orchestration.runs_of import Made, retrainings_of
from grader.storage.course_key import key_of
from grader.storage.run_store import StoredRun
from grader.words import say
from grader.words.plain import from_plain
from grader.worker.workplace import harness_digest, runtime_digest

if TYPE_CHECKING:
    import numpy as np

STEPS = (2, 4, 9, 19)
"""How many nets there are after each order: the next is asked for where the last did not settle it."""
PLACEBO, MOVED = "placebo", "moved"
UNTRAINED = ("untrained", "untrained-1", "untrained-2")
"""A net that learnt nothing may be right by luck: hardly three that begin with weights of their own."""
OF_THE_RECIPE = frozenset(
    {
        "retraining.memory",
        "retraining.timeout",
        "retraining.training",
        "retraining.outputs",
        "retraining.ended",
    }
)
"""Why a recipe could not be trained again that lies in the recipe, and not with the machine or with us."""
_BEGINNING_SECONDS = 120.0
_TIMES_THE_PROGRAM = 2.0
_MOST_SEED = 2**31
_UNTRAINED_FROM = 1_000_000
"""Numbers of seeds that no training on labels has."""


def retrain(
    recipe: Recipe,
    ground: Ground,
    means: Means,
    *,
    course: Path,
    count: int = STEPS[0],
    program: Run | None = None,
    secret: bytes | None = None,
    label: str = "",
    steps: Sequence[int] = STEPS,
    anew: bool = False,
) -> Retrained | Message:
    """Return ``count`` nets trained by ``recipe`` on the course's own rows, or why there is none.

    What was made before is not made again, unless ``anew``; all else is as for :func:`orders_for`.
    """
    orders = orders_for(
        recipe, ground, means, count=count, program=program, secret=secret, label=label, steps=steps
    )
    made = retrainings_of(orders, means, course=course, what=say("progress.retraining"), anew=anew)
    return retrained_of(recipe, orders, made, ground, means)


def orders_for(
    recipe: Recipe,
    ground: Ground,
    means: Means,
    *,
    count: int = STEPS[0],
    program: Run | None = None,
    secret: bytes | None = None,
    label: str = "",
    steps: Sequence[int] = STEPS,
) -> tuple[RetrainOrder, ...]:
    """Return the orders that make ``count`` nets of ``recipe``; those of a smaller count come first in them.

    Args:
        recipe: as read strictly.
        ground: what the assignment's runs are made on.
        means: of the grading.
        count: how many nets.
        program: the program's own run, which bounds the time.
        secret: that of the course where none is given: who knew it could look for a recipe that our seeds
            happen to favour.
        label: what people who watch are told.
        steps: how many nets there are after each order.
    """
    order = _order(recipe, ground, means, label)
    key = key_of(means.store.folder).secret if secret is None else secret
    found = []
    for first, last in _batches(count, steps):
        trainings = _trainings(recipe, order, first, last, key)
        seconds = _seconds(ground, means, program, sum(map(_trains, trainings)))
        found.append(
            replace(
                order,
                key=digest_parts(base=order.key, trainings=[plain_of(one) for one in trainings]),
                trainings=trainings,
                limits=replace(order.limits, wall_seconds=seconds),
            )
        )
    return tuple(found)


def retrained_of(
    recipe: Recipe, orders: Sequence[RetrainOrder], made: Made, ground: Ground, means: Means
) -> Retrained | Message:
    """Return what the runs of ``orders`` measure, or why no net came of them."""
    nets: dict[str, RetrainedNet] = {}
    lost: dict[str, Message] = {}
    runs: list[Run] = []
    for order in orders:
        stored = made.runs.get(order.key)
        if stored is None:
            lost |= dict.fromkeys((one.name for one in order.trainings), made.lost[order.key])
            continue
        runs.append(stored.run)
        for training in order.trainings:
            net = _net(stored, training, order, ground, means)
            if isinstance(net, Message):
                lost[training.name] = net
            else:
                nets[training.name] = net
    own = tuple(net for name, net in nets.items() if name not in (PLACEBO, *UNTRAINED, MOVED))
    if not own:
        return next(iter(lost.values()))
    return Retrained(
        recipe_sha256=recipe_digest(recipe),
        nets=own,
        placebo=nets.get(PLACEBO),
        untrained=tuple(nets[name] for name in UNTRAINED if name in nets),
        moved=nets.get(MOVED),
        lost=lost,
        seconds=sum(run.seconds for run in runs),
        cpu_seconds=sum(run.cpu_seconds for run in runs),
    )


def recipe_text(recipe: Recipe) -> str:
    """Return ``recipe`` as it is sent inside: equal recipes, equal text."""
    return json.dumps(plain_of(recipe), sort_keys=True, separators=(",", ":"))


def recipe_digest(recipe: Recipe) -> str:
    """Return the digest that names ``recipe``."""
    return digest_bytes(recipe_text(recipe).encode())


def _order(recipe: Recipe, ground: Ground, means: Means, label: str) -> RetrainOrder:
    """Return the order for no training at all: what all have in common."""
    assignment, prepared, runtime = ground.assignment, ground.prepared, ground.runtime
    limits = limits_of(assignment, means.options, reference_seconds=ground.reference.seconds)
    data = OrderedData(
        dataset=prepared.dataset.name if assignment.data.given else "",
        sha256=prepared.digest,
        labels=assignment.data.labels,
        fails_at=0.0,
        own=assignment.data.own,
    )
    text = recipe_text(recipe)
    return RetrainOrder(
        key=digest_parts(
            recipe=digest_bytes(text.encode()),
            data=prepared.digest,
            runtime=runtime_digest(runtime),
            harness=harness_digest(),
            sandbox=means.tools.sandbox.name,
            memory=limits.memory_bytes,
        ),
        label=label or assignment.slug,
        recipe=text,
        data=data,
        runtime=assignment.run.runtime,
        runtime_sha256=runtime_digest(runtime),
        harness_sha256=harness_digest(),
        sandbox=means.tools.sandbox.name,
        limits=limits,
        trainings=(),
        threads=threads_for(means),
        wants_gpu=assignment.run.gpu is not GpuNeed.NONE,
        backend=assignment.run.backend,
    )


def _batches(count: int, steps: Sequence[int]) -> list[tuple[int, int]]:
    """Return the first net of each order and the first of the next, up to ``count`` nets."""
    ends = [*(step for step in steps if step < count), count]
    return list(zip([0, *ends[:-1]], ends, strict=True))


def _trainings(
    recipe: Recipe, order: RetrainOrder, first: int, last: int, secret: bytes
) -> tuple[Retraining, ...]:
    nets = [Retraining(name=f"seed-{n}", seed=_seed(order, n, secret)) for n in range(first, last)]
    if first > 0:
        return tuple(nets)
    again = nets[0].seed
    # Right after the net that it asks once more: nothing is trained for it.
    trainings = [nets[0], Retraining(name=MOVED, seed=again, rows="moved"), *nets[1:]]
    trainings.append(Retraining(name=PLACEBO, seed=again, labels="deranged"))
    if recipe.library != "sklearn":
        begun = [again, *(_seed(order, _UNTRAINED_FROM + n, secret) for n in range(1, len(UNTRAINED)))]
        trainings += [
            Retraining(name=name, seed=seed, epochs=0) for name, seed in zip(UNTRAINED, begun, strict=True)
        ]
    return tuple(trainings)


def trained_first(nets: int) -> int:
    """Return how many trainings the first order makes for so many nets: the placebo beside them."""
    return nets + 1


def _trains(training: Retraining) -> bool:
    """Return whether a training takes as long as one; what only asks a model takes no time to speak of."""
    return training.epochs is None and training.rows == "test"


def _seed(order: RetrainOrder, number: int, secret: bytes) -> int:
    """Return the seed of net ``number``: the same each time, and known to nobody without the secret."""
    told = f"grader/retraining/v1 {digest_bytes(order.recipe.encode())} {order.data.sha256} {number}"
    mark = hmac.new(secret, told.encode(), hashlib.sha256).digest()
    return int.from_bytes(mark[:8], "big") % _MOST_SEED


def _seconds(ground: Ground, means: Means, program: Run | None, trainings: int) -> float:
    """Return how long an order may take: twice the program for each training, never more than the limit."""
    limit = limits_of(ground.assignment, means.options, reference_seconds=ground.reference.seconds)
    most = limit.wall_seconds * trainings
    if program is None:
        return most
    return min(most, _BEGINNING_SECONDS + _TIMES_THE_PROGRAM * program.seconds * trainings)


def _net(
    stored: StoredRun, training: Retraining, order: RetrainOrder, ground: Ground, means: Means
) -> RetrainedNet | Message:
    told = _told(stored, training.name)
    content = stored.read(f"{training.name}.npy")
    if content is None:
        return _why(stored, training.name, told, order.limits)
    prepared = ground.prepared
    labels = truth(prepared)
    answers = _as_answers(array_of_ours(content), labels, classes=bool(prepared.dataset.classes))
    if answers is None:
        return say("retraining.outputs")
    wanted = metrics_wanted(ground.assignment.checks, means.tools.checks)
    measurements = measure(
        [means.tools.metrics[name] for name in wanted],
        predicted={group: answers[a:b] for group, (a, b) in prepared.groups.items()},
        truth={group: labels[a:b] for group, (a, b) in prepared.groups.items()},
    )
    return RetrainedNet(
        training=training,
        answers=digest_parts(kind=answers.dtype.str, content=digest_bytes(answers.tobytes())),
        measurements=measurements,
        told=told,
    )


def _as_answers(
    read: "np.ndarray[Any, Any]", labels: "np.ndarray[Any, Any]", *, classes: bool
) -> "np.ndarray[Any, Any] | None":
    """Return answers of the kind and shape of ``labels``; None where they are of another."""
    if read.shape != labels.shape:
        return None
    return read.astype("int64" if classes else "float64")


def _told(stored: StoredRun, name: str) -> RetrainingTold:
    said: Mapping[str, Any] = stored.extra.get("retrained", {})
    try:
        return read_plain(RetrainingTold, said[name])
    except (KeyError, ValueError):
        return RetrainingTold(name=name)


def _why(stored: StoredRun, name: str, told: RetrainingTold, limits: Limits) -> Message:
    """Return why a training left no answers: a limit held from outside, else what the sandbox tells."""
    refused = stored.extra.get("refused_answers", {}).get(name)
    if refused:
        return from_plain(refused)
    if told.why == "untrained":
        return say("retraining.untrained")
    status = stored.run.status
    if status is RunStatus.MEMORY or told.why == "memory":
        return say("retraining.memory", limit=limits.memory_bytes // MIB)
    if status is RunStatus.TIMEOUT:
        return say("retraining.timeout", limit=limits.wall_seconds)
    if told.why == "training":
        return say("retraining.training")
    return say("retraining.ended", status=status.value)
