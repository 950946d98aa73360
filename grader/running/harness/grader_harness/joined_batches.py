"""Lets Keras' ``fit`` train an epoch in one call where nothing looks at single batches: the same bits.

Of a small net most of a training is Python between two batches. Keras spares it with ``steps_per_execution``,
which a program could set itself. It is given only where a test compares the bits: to a plain model of one
input and one output, of layers, optimizer, loss and metrics listed here, trained on arrays, with callbacks of
which none has a hook for batches. Everything else is trained as the program wrote it, and so is what asked
for steps of its own. Evaluating and predicting, also from a callback, stay as they are.
"""

import functools
import inspect
import threading
from types import ModuleType
from typing import Any

from grader_harness.import_hooks import ImportHooks
from grader_harness.ledger import Ledger
from grader_harness.recipe.callbacks import listed

TRAINER = "keras.src.backend.tensorflow.trainer"
MOST_STEPS = 1000
"""More batches than these are trained in several calls of equal length."""
LAYERS = frozenset(
    {
        *("InputLayer", "Dense", "Flatten", "Reshape", "Activation", "ReLU", "LeakyReLU", "Softmax"),
        *("Dropout", "GaussianNoise", "BatchNormalization", "LayerNormalization", "Rescaling"),
        *("Normalization", "Conv2D", "MaxPooling2D", "AveragePooling2D", "GlobalAveragePooling2D"),
    }
)
OPTIMIZERS = frozenset(
    {"SGD", "RMSprop", "Adam", "AdamW", "Nadam", "Adamax", "Adagrad", "Adadelta", "Ftrl", "Lion"}
)
LOSSES = frozenset(
    {
        *("SparseCategoricalCrossentropy", "CategoricalCrossentropy", "BinaryCrossentropy"),
        *("MeanSquaredError", "MeanAbsoluteError", "Huber", "KLDivergence"),
        *("sparse_categorical_crossentropy", "categorical_crossentropy", "binary_crossentropy"),
        *("mean_squared_error", "mean_absolute_error", "mse", "mae", "kl_divergence"),
    }
)
METRICS = frozenset(
    {
        *("accuracy", "acc", "sparse_categorical_accuracy", "categorical_accuracy", "binary_accuracy"),
        *("mse", "mae", "mean_squared_error", "mean_absolute_error"),
    }
)
CHECKPOINT = "ModelCheckpoint"
"""It has a hook for batches, which does nothing where it saves after epochs."""
_HOOKS = ("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end")
_MODELS = ("Sequential", "Functional")
_ARRAYS = ("ndarray", "EagerTensor", "DataFrame", "Series")


class JoinedBatches:
    """Gives ``fit`` more steps at a time, and notes where."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._open = threading.local()

    def install(self, hooks: ImportHooks) -> None:
        """Stand at the door of ``fit`` as soon as it is defined; nothing is imported."""
        hooks.after(TRAINER, self._wrap)

    def _wrap(self, module: ModuleType) -> None:
        trainer = module.TensorFlowTrainer  # type: ignore[attr-defined]
        original, iterator = trainer.fit, module.TFEpochIterator  # type: ignore[attr-defined]
        signature = inspect.signature(original)
        opened = self._open

        @functools.wraps(original)
        def fit(model: Any, *args: Any, **kwargs: Any) -> Any:
            joined = self._may_join(signature, model, args, kwargs)
            if not joined:
                as_written(model)
            opened.model = model if joined else None
            try:
                return original(model, *args, **kwargs)
            finally:
                opened.model = None

        # A class, as the library's own is: fit makes the first of each training, evaluations theirs.
        class TFEpochIterator(iterator):  # type: ignore[misc,valid-type]
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                model, opened.model = getattr(opened, "model", None), None
                if model is not None:
                    self.steps_per_execution = join(model, self.num_batches)

        trainer.fit = fit
        module.TFEpochIterator = TFEpochIterator  # type: ignore[attr-defined]

    def _may_join(self, signature: inspect.Signature, model: Any, args: Any, kwargs: Any) -> bool:
        """Return whether this training may be given more steps at a time, and note it; in doubt not."""
        try:
            bound = signature.bind(model, *args, **kwargs)
            bound.apply_defaults()
            may = is_plain(model) and reads_no_batches(bound.arguments)
        except Exception:  # whatever it is, fit says it better
            return False
        if may:
            self._ledger.add("joined_batches", "model.fit")
        return may


def is_plain(model: Any) -> bool:
    """Return whether a model is one of those whose bits stay the same."""
    if not _of_keras(model, *_MODELS) or not model.built or not model.compiled:
        return False
    if model.run_eagerly or model.jit_compile or model.steps_per_execution != 1:
        return False
    if model.unrolled_steps_per_execution != 1 or model._distribute_strategy is not None:
        return False
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        return False
    layers = all(_plain_layer(layer) for layer in model.layers)
    return layers and _plain_optimizer(model.optimizer) and _plain_compiled(model)


def _plain_layer(layer: Any) -> bool:
    """Return whether a layer is listed, of the usual numbers, and no function of the program's is in it."""
    if not _of_keras(layer, *LAYERS) or layer.dtype_policy.name != "float32":
        return False
    activation = getattr(layer, "activation", None)
    return activation is None or _library_of(activation) == "keras"


def _plain_optimizer(optimizer: Any) -> bool:
    """Return whether an optimizer is listed, and takes one rate, not a schedule of them."""
    rate = getattr(optimizer, "_learning_rate", None)
    if not _of_keras(optimizer, *OPTIMIZERS) or not hasattr(rate, "assign"):
        return False
    return not optimizer.use_ema and optimizer.loss_scale_factor is None


def _plain_compiled(model: Any) -> bool:
    """Return whether loss and metrics are Keras' own, and listed."""
    said = model.get_compile_config() and model._compile_config.config
    if said.get("loss_weights") is not None or said.get("weighted_metrics"):
        return False
    loss, metrics = said.get("loss"), said.get("metrics") or []
    while isinstance(loss, list | tuple) and len(loss) == 1:
        loss = loss[0]
    if not isinstance(metrics, list | tuple):
        return False
    return _listed(loss, LOSSES) and all(_listed(one, METRICS) for one in metrics)


def _listed(what: Any, names: frozenset[str]) -> bool:
    if isinstance(what, str):
        return what in names
    kind = what if inspect.isfunction(what) else type(what)
    return _library_of(kind) == "keras" and kind.__name__ in names


def reads_no_batches(given: dict[str, Any]) -> bool:
    """Return whether a ``fit`` is given arrays, whole epochs, and callbacks that never see a batch."""
    if given["steps_per_epoch"] is not None:
        return False
    arrays = (given["x"], given["y"])
    weights = given["sample_weight"]
    if not all(type(one).__name__ in _ARRAYS for one in (*arrays, *([] if weights is None else [weights]))):
        return False
    callbacks = given["callbacks"]
    if callbacks is not None and not isinstance(callbacks, list | tuple) and hasattr(callbacks, "callbacks"):
        return False
    return not any(sees_batches(one) for one in listed(callbacks))


def sees_batches(callback: Any) -> bool:
    """Return whether a callback has a hook for single batches of a training."""
    if _of_keras(callback, CHECKPOINT):
        return callback.save_freq != "epoch"
    return not all(getattr(getattr(callback, name, None), "_is_default", False) for name in _HOOKS)


def _of_keras(thing: Any, *names: str) -> bool:
    return type(thing).__name__ in names and _library_of(type(thing)) == "keras"


def _library_of(kind: Any) -> str:
    return str(getattr(kind, "__module__", "")).partition(".")[0]


def join(model: Any, batches: int | None) -> int:
    """Give ``model`` a function that trains many batches at a time; return how many.

    The model says of itself that it trains one at a time, before and after each call: what it is asked in
    between is answered as ever.
    """
    if batches is None or batches < 2:  # noqa: PLR2004 - one batch is one already
        as_written(model)
        return 1
    calls = -(-batches // MOST_STEPS)
    steps = -(-batches // calls)
    if getattr(model.train_function, "at_once", None) != steps:
        model.train_function = _training(model, steps)
    return steps


def _training(model: Any, steps: int) -> Any:
    many, one = (model._make_function(model.train_step) for _ in range(2))

    def function(iterator: Any) -> Any:
        model.steps_per_execution = steps
        try:
            return many(iterator)
        finally:
            model.steps_per_execution = 1

    function.at_once, function.one = steps, one  # type: ignore[attr-defined]
    return function


def as_written(model: Any) -> None:
    """Take back what :func:`join` gave to an earlier training of ``model``: its batches come one by one."""
    one = getattr(getattr(model, "train_function", None), "one", None)
    if one is not None:
        model.train_function = one
