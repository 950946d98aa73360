"""Keras recipes: the model built anew from its configuration, trained, and asked.

A graph is traced once: later trainings take over the numbers of a freshly built model and begin again.
"""

import json
from typing import Any

from grader_harness.retraining import watching, whole_epochs
from grader_harness.retraining.course import (
    Course,
    Given,
    Trained,
    Training,
    asked_rows,
    given_beside,
    given_to,
)

_ASKED_AT_ONCE = 500
_COMPILED_BY = ("model", "optimizer", "loss")


class KerasTrainer:
    """Trains one recipe as often as asked; models and their graphs are kept between trainings."""

    def __init__(self, recipe: dict[str, Any], course: Course, keras: Any) -> None:
        self._recipe = recipe
        self._fits: list[dict[str, Any]] = recipe["fits"]
        self._course = course
        self._keras = keras
        self._last: tuple[Any, Any, Trained] | None = None
        self._forget()

    def train(self, training: Training) -> Trained:
        """Train once, from new initial weights, and return what the model puts out for the test rows.

        Where only the rows asked about are others, the model that was trained last is asked again.
        """
        made = (training.seed, training.labels, training.epochs)
        if self._last is None or self._last[0] != made:
            self._last = None
            self._last = (made, *self._trained(training))
        _, model, done = self._last
        rows = _as_taken(model, asked_rows(self._recipe, self._course, training))
        return Trained(self._ask(model, rows), done.loss, done.epochs, done.whole)

    def _trained(self, training: Training) -> tuple[Any, Trained]:
        if any(fit["adapt"] for fit in self._fits):
            self._forget()  # what a layer adapted to stands in its graph as numbers
        self._keras.utils.set_random_seed(training.seed)
        model, done = None, Trained(None)
        for place, fit in enumerate(self._fits):
            given = given_to(fit, self._course, training)
            if place == 0 or fit["model"] != self._fits[place - 1]["model"]:
                before, model = model, self._begin_model(fit["model"], given.inputs)
                _take_over(before, model)
            for name in fit["adapt"]:
                model.get_layer(name).adapt(_as_taken(model, given.inputs))
            if training.epochs != 0:
                done = self._fit(place, model, given, training)
        return model, done

    def _forget(self) -> None:
        self._models: dict[int, Any] = {}
        self._loops: dict[int, whole_epochs.WholeEpochs] = {}
        self._asking: dict[int, Any] = {}

    def _begin_model(self, number: int, inputs: Any) -> Any:
        """Return model ``number`` with new initial weights: the one of before, where there is one."""
        fresh = self._keras.models.model_from_json(json.dumps(self._recipe["models"][number]))
        if not fresh.built or not fresh.weights:
            fresh(_as_taken(fresh, inputs[:1]))
        kept = self._models.setdefault(number, fresh)
        if kept is not fresh:
            for old, new in zip(kept.layers, fresh.layers, strict=True):
                for mine, its in zip(old.variables, new.variables, strict=True):
                    mine.assign(its)
        return kept

    def _fit(self, place: int, model: Any, given: Given, training: Training) -> Trained:
        first = compiled_at(self._fits, place)
        together = [fit for n, fit in enumerate(self._fits) if compiled_at(self._fits, n) == first]
        if not whole_epochs.covers(self._recipe["library"], together, model):
            if place == first:
                self._compile(model, self._fits[place])
            return self._plain_fit(place, model, given, training)
        if first not in self._loops:
            self._compile(model, self._fits[place])
            self._loops[first] = whole_epochs.WholeEpochs(model)
        elif place == first:
            self._loops[first].begin()
        return _whole_fit(self._loops[first], self._fits[place], model, given, (training.seed, 4, place))

    def _compile(self, model: Any, fit: dict[str, Any]) -> None:
        model.compile(
            optimizer=self._keras.optimizers.deserialize(json.loads(json.dumps(fit["optimizer"]))),
            loss=self._keras.losses.get(json.loads(json.dumps(fit["loss"]))),
            metrics=watching.measured(fit["callbacks"]),
        )

    def _plain_fit(self, place: int, model: Any, given: Given, training: Training) -> Trained:
        fit = self._fits[place]
        beside = given_beside(fit, self._course, training) if fit["callbacks"] else None
        history = model.fit(
            _as_taken(model, given.inputs),
            given.targets,
            batch_size=fit["batch_size"],
            epochs=fit["epochs"],
            shuffle=fit["shuffle"],
            class_weight=_by_number(fit["class_weight"]),
            sample_weight=_by_label(fit["label_weight"], given.labels),
            validation_data=None if beside is None else (_as_taken(model, beside.inputs), beside.targets),
            validation_split=fit["validation_share"],
            callbacks=watching.watchers(fit["callbacks"], self._keras),
            verbose=0,
        )
        return Trained(None, float(history.history["loss"][-1]), len(history.epoch))

    def _ask(self, model: Any, rows: Any) -> Any:
        import numpy as np

        if not whole_epochs.by_tensorflow(self._recipe["library"]):
            return np.asarray(model.predict(rows, batch_size=_ASKED_AT_ONCE, verbose=0))
        import tensorflow as tf

        if id(model) not in self._asking:
            self._asking[id(model)] = tf.function(
                lambda batch: model(batch, training=False), reduce_retracing=True
            )
        ask = self._asking[id(model)]
        starts = range(0, len(rows), _ASKED_AT_ONCE)
        parts = [np.asarray(ask(tf.constant(rows[at : at + _ASKED_AT_ONCE]))) for at in starts]
        return np.concatenate(parts)


def compiled_at(fits: list[dict[str, Any]], place: int) -> int:
    """Return the first of the fits up to ``place`` that go on with one compiled model and its optimizer."""
    said = [[fit[name] for name in _COMPILED_BY] for fit in fits]
    while place > 0 and said[place - 1] == said[place] and not fits[place].get("anew"):
        place -= 1
    return place


def _whole_fit(
    loop: whole_epochs.WholeEpochs, fit: dict[str, Any], model: Any, given: Given, seed: tuple[int, ...]
) -> Trained:
    count = len(given.targets)
    count = int(count * (1.0 - fit["validation_share"])) if fit["validation_share"] else count
    weights = row_weights(fit, given.targets, given.labels)
    loss = loop.train(
        (
            _as_taken(model, given.inputs[:count]),
            given.targets[:count],
            None if weights is None else weights[:count],
        ),
        epochs=fit["epochs"],
        batch_size=fit["batch_size"],
        orders=whole_epochs.shuffled(count, seed, shuffle=fit["shuffle"]),
    )
    return Trained(None, loss, fit["epochs"], whole=True)


def row_weights(fit: dict[str, Any], targets: Any, labels: Any) -> Any:
    """Return the weight of each row that ``fit`` has, by its class or its label; None where it has none."""
    by_class = _by_number(fit["class_weight"])
    if by_class is not None:
        return _by_target(by_class, targets)
    return _by_label(fit["label_weight"], labels)


def _take_over(before: Any, model: Any) -> None:
    """Give ``model`` the numbers of the layers that ``before`` has under the same names and shapes."""
    if before is None:
        return
    trained = {layer.name: layer for layer in before.layers}
    for layer in model.layers:
        held, own = trained[layer.name].weights if layer.name in trained else [], layer.weights
        if [tuple(w.shape) for w in held] == [tuple(w.shape) for w in own]:
            for mine, its in zip(own, held, strict=True):
                mine.assign(its)


def _as_taken(model: Any, rows: Any) -> Any:
    """Return ``rows`` in the type that the model takes: floats of 32 bits, but for numbers of words."""
    inputs = getattr(model, "inputs", None) or ()
    kind = str(getattr(inputs[0], "dtype", "float32")) if len(inputs) else "float32"
    return rows.astype(kind if "int" in kind else "float32")


def _by_number(weights: dict[str, float] | None) -> dict[int, float] | None:
    return None if weights is None else {int(float(name)): float(w) for name, w in weights.items()}


def _by_label(weights: dict[str, float] | None, labels: Any) -> Any:
    """Return the weight of each row by its label; 1 for those not named."""
    import numpy as np

    by_label = _by_number(weights)
    if by_label is None:
        return None
    return np.array([by_label.get(int(label), 1.0) for label in labels], dtype="float32")


def _by_target(weights: dict[int, float], targets: Any) -> Any:
    """Return the weight of each row by its class, as Keras finds that in its targets."""
    import numpy as np

    flat = targets.argmax(axis=-1) if targets.ndim > 1 and targets.shape[-1] > 1 else targets.reshape(-1)
    return np.array([weights.get(int(c), 1.0) for c in np.round(flat).astype("int32")], dtype="float32")
