"""Whole epochs in one graph: what Keras' own ``fit`` computes, without its Python between the batches.

For the same weights and the same order of rows the weights afterwards are those of ``fit``, to rounding. Fits
with a feature that was not compared (see :func:`covers`) are left to ``fit``.
"""

from typing import Any

_STATE_BETWEEN_BATCHES = ("stateful",)
_BY_EPOCH_END = ("use_ema", "gradient_accumulation_steps", "loss_scale_factor")
_COMPARED_LIBRARY = "keras3"


def covers(library: str, fits: list[dict[str, Any]], model: Any) -> bool:
    """Return whether ``fits`` of one compiled ``model`` may run here: all of them, or none."""
    if library != _COMPARED_LIBRARY or any(fit["callbacks"] for fit in fits):
        return False
    optimizer = fits[0]["optimizer"].get("config", {})
    if any(optimizer.get(name) for name in _BY_EPOCH_END):
        return False
    if "LossScale" in str(fits[0]["optimizer"].get("class_name")):
        return False
    layers = model._flatten_layers()
    return not any(getattr(layer, name, False) for layer in layers for name in _STATE_BETWEEN_BATCHES)


class WholeEpochs:
    """The graph of one epoch of a compiled model; it can begin again as if newly compiled."""

    def __init__(self, model: Any) -> None:
        self._optimizer = model.optimizer
        self._optimizer.build(model.trainable_variables)
        self._new = [variable.numpy() for variable in self._optimizer.variables]
        self._epoch = _graph(model)

    def begin(self) -> None:
        """Put the optimizer back to where it was when new."""
        for variable, value in zip(self._optimizer.variables, self._new, strict=True):
            variable.assign(value)

    def train(self, given: tuple[Any, Any, Any], *, epochs: int, batch_size: int, orders: Any) -> float:
        """Train for ``epochs`` and return the mean loss of the last.

        ``given``: inputs, targets and a weight for each row (or None). ``orders`` gives for each epoch the
        order of the rows.
        """
        import tensorflow as tf

        inputs, targets, weights = given
        tensors = [tf.constant(inputs), tf.constant(targets)]
        tensors += [] if weights is None else [tf.constant(weights)]
        size = tf.constant(batch_size)
        loss = None
        for _ in range(epochs):
            loss = self._epoch(tf.constant(next(orders)), size, tensors)
        return float(loss) if loss is not None else float("nan")


def _graph(model: Any) -> Any:
    """Return the function that runs one epoch: order of rows, size of a batch, tensors of all rows."""
    import tensorflow as tf

    optimizer, learnt = model.optimizer, model.trainable_variables

    def learn(inputs: Any, targets: Any, weights: Any) -> Any:
        with tf.GradientTape() as tape:
            outputs = model(inputs, training=True)
            loss = model.compute_loss(
                x=inputs, y=targets, y_pred=outputs, sample_weight=weights, training=True
            )
        optimizer.apply(tape.gradient(loss, learnt), learnt)
        return tf.cast(loss, tf.float32)

    @tf.function(reduce_retracing=True, autograph=False)
    def epoch(order: Any, size: Any, tensors: list[Any]) -> Any:
        count = tf.shape(order)[0]

        def body(start: Any, total: Any) -> tuple[Any, Any]:
            taken = order[start : tf.minimum(start + size, count)]
            parts = [tf.gather(tensor, taken) for tensor in tensors]
            loss = learn(parts[0], parts[1], parts[2] if len(parts) > 2 else None)  # noqa: PLR2004
            return start + size, total + loss * tf.cast(tf.shape(taken)[0], tf.float32)

        _, total = tf.while_loop(
            lambda start, _: start < count,
            body,
            (tf.constant(0), tf.constant(0.0)),
            parallel_iterations=1,
        )
        return total / tf.cast(count, tf.float32)

    return epoch


def shuffled(count: int, seed: tuple[int, ...], *, shuffle: bool) -> Any:
    """Yield an order of ``count`` rows for each epoch, without end."""
    import numpy as np

    source = np.random.default_rng(seed)
    while True:
        yield (source.permutation(count) if shuffle else np.arange(count)).astype("int32")
