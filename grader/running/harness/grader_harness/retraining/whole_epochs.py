"""Whole epochs in one graph: what Keras' own ``fit`` computes, without its Python between the batches.

For the same weights and the same order of rows the weights afterwards are those of ``fit``, to rounding. Fits
with a feature that was not compared (see :func:`covers`) are left to ``fit``.
"""

from typing import Any

from grader_harness.retraining.applying import applied_by

_STATE_BETWEEN_BATCHES = ("stateful",)
_BY_EPOCH_END = ("use_ema", "gradient_accumulation_steps", "loss_scale_factor")
_COMPARED_LIBRARY = "keras3"
_ROWS_AT_ONCE = 20_000
"""Few rows make short epochs: many of them run in one call."""


def covers(library: str, fits: list[dict[str, Any]], model: Any) -> bool:
    """Return whether ``fits`` of one compiled ``model`` may run here: all of them, or none."""
    if library != _COMPARED_LIBRARY or any(fit["callbacks"] for fit in fits):
        return False
    if not by_tensorflow(library):
        return False
    optimizer = fits[0]["optimizer"].get("config", {})
    if any(optimizer.get(name) for name in _BY_EPOCH_END):
        return False
    if "LossScale" in str(fits[0]["optimizer"].get("class_name")):
        return False
    layers = model._flatten_layers()
    return not any(getattr(layer, name, False) for layer in layers for name in _STATE_BETWEEN_BATCHES)


def by_tensorflow(library: str) -> bool:
    """Return whether models of ``library`` are computed by TensorFlow: Keras 3 may have another backend."""
    if library != _COMPARED_LIBRARY:
        return True
    import keras

    return str(keras.backend.backend()) == "tensorflow"


class WholeEpochs:
    """The graph of one epoch of a compiled model; it can begin again as if newly compiled."""

    def __init__(self, model: Any) -> None:
        self._optimizer = model.optimizer
        self._optimizer.build(model.trainable_variables)
        self._new = [variable.numpy() for variable in self._optimizer.variables]
        self._epochs = _graph(model)

    def begin(self) -> None:
        """Put the optimizer back to where it was when new."""
        for variable, value in zip(self._optimizer.variables, self._new, strict=True):
            variable.assign(value)

    def train(self, given: tuple[Any, Any, Any], *, epochs: int, batch_size: int, orders: Any) -> float:
        """Train for ``epochs`` and return the mean loss of the last.

        ``given``: inputs, targets and a weight for each row (or None). ``orders`` gives for each epoch the
        order of the rows.
        """
        import numpy as np
        import tensorflow as tf

        inputs, targets, weights = given
        tensors = [tf.constant(inputs), tf.constant(targets)]
        tensors += [] if weights is None else [tf.constant(weights)]
        size = tf.constant(batch_size)
        at_once = max(1, _ROWS_AT_ONCE // len(inputs))
        loss = None
        for done in range(0, epochs, at_once):
            taken = [next(orders) for _ in range(min(at_once, epochs - done))]
            loss = self._epochs(tf.constant(np.stack(taken)), size, tensors)
        return float("nan") if loss is None else float(loss)


def _graph(model: Any) -> Any:
    """Return the function that runs epochs: an order of rows each, size of a batch, tensors of all rows."""
    import tensorflow as tf

    apply, learnt = applied_by(model.optimizer), model.trainable_variables

    def learn(inputs: Any, targets: Any, weights: Any) -> Any:
        with tf.GradientTape() as tape:
            outputs = model(inputs, training=True)
            loss = model.compute_loss(
                x=inputs, y=targets, y_pred=outputs, sample_weight=weights, training=True
            )
        apply(tape.gradient(loss, learnt), learnt)
        return tf.cast(loss, tf.float32)

    @tf.function(reduce_retracing=True, autograph=False)
    def epochs(orders: Any, size: Any, tensors: list[Any]) -> Any:
        count = tf.shape(orders)[1]
        steps = (count + size - 1) // size
        last = steps * (tf.shape(orders)[0] - 1)

        def body(step: Any, total: Any) -> tuple[Any, Any]:
            start = (step % steps) * size
            taken = orders[step // steps, start : tf.minimum(start + size, count)]
            parts = [tf.gather(tensor, taken) for tensor in tensors]
            loss = learn(parts[0], parts[1], parts[2] if len(parts) > 2 else None)  # noqa: PLR2004
            share = tf.where(step < last, 0, tf.shape(taken)[0])
            return step + 1, total + loss * tf.cast(share, tf.float32)

        _, total = tf.while_loop(
            lambda step, _: step < last + steps,
            body,
            (tf.constant(0), tf.constant(0.0)),
            parallel_iterations=1,
        )
        return total / tf.cast(count, tf.float32)

    return epochs


def shuffled(count: int, seed: tuple[int, ...], *, shuffle: bool) -> Any:
    """Yield the order of ``count`` rows for each epoch, without end: one order for all of them.

    Where a seed is set Keras begins its shuffling anew with every epoch, and a seed is set in every run. The
    order is no matter of taste: the few rows of a last batch that is not whole are the same each time, and a
    net that normalises over three other rows at the end of each epoch learns much less.
    """
    import numpy as np

    source = np.random.default_rng(seed)
    order = (source.permutation(count) if shuffle else np.arange(count)).astype("int32")
    while True:
        yield order
