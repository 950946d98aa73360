"""Reads the recipe that a run left, strictly: only what the grader can train again itself, written anew.

``recipe.json`` was written beside the program and may say anything. What comes out names the course's rows,
Keras' or scikit-learn's own classes and a few plain numbers, or it is no recipe, with the reason.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from grader.model.message import Message
from grader.model.recipe import (
    Affine,
    Answers,
    Columns,
    EstimatorFit,
    KerasFit,
    NoRecipe,
    Picture,
    Recipe,
    RowMap,
    Rows,
    RowStep,
    Step,
    Targets,
    Watched,
)
from grader.readers.plain_text import plain_line
from grader.readers.recipe_compile import loss_anew, optimizer_anew, plain_part
from grader.readers.recipe_estimators import estimator_anew
from grader.readers.recipe_keras import Architecture
from grader.readers.recipe_length import LONGEST, length_of
from grader.readers.recipe_names import CALLBACKS, MONITORED
from grader.readers.recipe_reasons import REASONS
from grader.readers.recipe_values import Unfit, number_anew
from grader.readers.refused import Refused
from grader.words import say

MAX_BYTES = 256 * 1024
MOST_FITS = 32
MOST_MODELS = 4
_PROTOCOL = 2
_DETAIL = 120
_MOST = 64
_MOST_STEPS = 6
_MOST_DIMENSIONS = 4
_MOST_NUMBERS = 1_000_000
_LARGEST = 1_000_000_000


def read_recipe(content: bytes | None) -> Recipe | NoRecipe | Refused:
    """Return the recipe that ``content`` tells, why there is none, or why it is not read at all.

    Without a file there is none ``not-recorded``. Never raises: the bytes are the submission's own word.
    """
    if content is None:
        return NoRecipe(why="not-recorded")
    data = _parsed(content)
    if isinstance(data, Message):
        return Refused(reason=data)
    none = data.get("none")
    if isinstance(none, dict):
        return _none(none)
    try:
        return _recipe(data.get("recipe"))
    except Unfit as unfit:
        return NoRecipe(why=unfit.why, detail=unfit.detail)
    except (ValueError, TypeError, RecursionError, OverflowError):
        return Refused(reason=say("recipe-unreadable"))


def _parsed(content: bytes) -> dict[str, Any] | Message:
    if len(content) > MAX_BYTES:
        return say("recipe-unreadable")
    try:
        data = json.loads(content.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return say("recipe-unreadable")
    if not isinstance(data, dict) or data.get("protocol") != _PROTOCOL:
        return say("recipe-unreadable")
    return data


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _none(said: Mapping[str, Any]) -> NoRecipe | Refused:
    why, detail = said.get("why"), said.get("detail", "")
    if not isinstance(why, str) or why not in REASONS or not isinstance(detail, str):
        return Refused(reason=say("recipe-unreadable"))
    return NoRecipe(why=why, detail=plain_line(detail, limit=_DETAIL))


def _recipe(data: object) -> Recipe:
    from pydantic import TypeAdapter

    read = TypeAdapter(Recipe).validate_python(data)
    if not 1 <= len(read.fits) <= MOST_FITS:
        raise Unfit("too-many-fits", len(read.fits))
    if len(read.models) > MOST_MODELS:
        raise Unfit("too-many-fits", len(read.models))
    models = [Architecture(model) for model in read.models]
    wanted = EstimatorFit if read.library == "sklearn" else KerasFit
    if not all(isinstance(fit, wanted) for fit in read.fits) or (wanted is KerasFit) != bool(models):
        raise ValueError("fits of another library")
    fits = tuple(_keras_fit(f, models) if isinstance(f, KerasFit) else _estimator_fit(f) for f in read.fits)
    recipe = Recipe(
        library=read.library,
        models=tuple(model.config for model in models),
        fits=fits,
        answers=_answers(read.answers),
    )
    length = length_of(recipe)
    if length > LONGEST:
        raise Unfit("too-long", length)
    return recipe


def _keras_fit(given: KerasFit, models: list[Architecture]) -> KerasFit:
    _within(given.model, 0, len(models) - 1)
    _within(given.epochs, 0, 100_000)
    _within(given.batch_size, 1, 1_000_000)
    if not 0 <= given.validation_share < 1:
        raise ValueError("validation_share")
    names = models[given.model].names
    return replace(
        given,
        optimizer=optimizer_anew(given.optimizer),
        loss=loss_anew(given.loss),
        rows=_rows(given.rows),
        map=_map(given.map),
        targets=_targets(given.targets),
        class_weight=_weights(given.class_weight),
        label_weight=_weights(given.label_weight),
        validation=None if given.validation is None else _rows(given.validation),
        validation_share=float(number_anew(given.validation_share)),
        callbacks=tuple(_callback(one) for one in given.callbacks[:_MOST]),
        adapt=tuple(names[name] for name in given.adapt if name in names),
    )


def _estimator_fit(given: EstimatorFit) -> EstimatorFit:
    return replace(
        given,
        estimator=estimator_anew(given.estimator),
        rows=_rows(given.rows),
        map=_map(given.map),
        targets=_targets(given.targets),
    )


def _callback(given: Watched) -> Watched:
    if given.name not in CALLBACKS:
        raise Unfit("callback", given.name)
    kept = {}
    for key, value in sorted(given.config.items()):
        if key not in CALLBACKS[given.name]:
            raise Unfit("callback", f"{given.name}.{key}")
        kept[key] = plain_part(given.name, key, value)
    if kept.get("monitor", "val_loss") not in MONITORED:
        raise Unfit("callback", given.name)
    return Watched(name=given.name, config=kept)


def _rows(given: Rows) -> Rows:
    _within(given.start, 0, _LARGEST)
    _within(given.step, 1, 1000)
    for count in (given.stop, given.drawn):
        if count is not None:
            _within(count, 1, _LARGEST)
    labels = given.with_labels
    if labels is not None:
        _within(len(labels), 1, _MOST)
        for label in labels:
            _within(label, -_LARGEST, _LARGEST)
        labels = tuple(sorted(set(labels)))
    return replace(given, with_labels=labels)


def _map(given: RowMap) -> RowMap:
    if len(given.steps) > _MOST_STEPS or len(given.shape) > _MOST_DIMENSIONS:
        raise Unfit("rows", "map")
    total = 1
    for side in given.shape:
        _within(side, 1, _MOST_NUMBERS)
        total *= side
    _within(total, 1, _MOST_NUMBERS)
    return RowMap(steps=tuple(_step(step) for step in given.steps), shape=given.shape)


def _step(given: RowStep) -> RowStep:
    if isinstance(given, Columns):
        _within(len(given.columns), 1, _MOST)
        for column in given.columns:
            _within(column, 0, _MOST_NUMBERS)
        return given
    if isinstance(given, Affine):
        for numbers in (given.scale, given.offset):
            _within(len(numbers), 1, _MOST)
        return Affine(scale=_floats(given.scale), offset=_floats(given.offset))
    if isinstance(given, Picture):
        for side in given.size:
            _within(side, 1, 1024)
        return given
    return Step(above=_floats((given.above,))[0]) if isinstance(given, Step) else given


def _targets(given: Targets) -> Targets:
    _within(given.classes, 0, 1000)
    scale, offset = _floats((given.scale, given.offset))
    if scale == 0:
        raise ValueError("scale")
    return replace(given, scale=scale, offset=offset)


def _answers(given: Answers) -> Answers:
    return replace(given, map=_map(given.map), threshold=_floats((given.threshold,))[0])


def _weights(given: Mapping[str, float] | None) -> Mapping[str, float] | None:
    """Return weights by label; only as many as there are labels."""
    if given is None:
        return None
    _within(len(given), 1, _MOST)
    for label in given:
        _within(int(label), -_LARGEST, _LARGEST)
    return {str(int(label)): _floats((given[label],))[0] for label in sorted(given, key=int)}


def _floats(given: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(float(number_anew(number)) for number in given)


def _within(value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise ValueError(f"{value} is not within {least} and {most}")
