"""The door of ``fit`` in Keras 3 and tf-keras: each call that the program makes is written down.

At the lowest public place, the trainer's own method, so that a call past ``Model.fit`` comes by as well.
Arguments, results and random numbers are the program's own.
"""

import functools
import inspect
import threading
from types import ModuleType
from typing import Any

from grader_harness.import_hooks import ImportHooks
from grader_harness.models import is_tf_keras
from grader_harness.recipe import callbacks
from grader_harness.recipe.assigned import Assigned
from grader_harness.recipe.fit_book import FitBook
from grader_harness.recipe.fits import Fit, NoRecipe, digest_of, plain
from grader_harness.recipe.row_weights import by_class, by_label
from grader_harness.recognition import to_array

_TRAINERS = {
    "keras.src.backend.tensorflow.trainer": "TensorFlowTrainer",
    "keras.src.backend.torch.trainer": "TorchTrainer",
    "keras.src.backend.jax.trainer": "JAXTrainer",
    "tf_keras.src.engine.training": "Model",
}
_LISTS = ("keras.src.callbacks.callback_list", "tf_keras.src.callbacks")
_LAYERS = {"keras.src.layers.layer": "Layer", "tf_keras.src.engine.base_layer": "Layer"}
_LOADING = {"keras.src.models.model": "Model", "tf_keras.src.engine.training": "Model"}
_ADAPTING = (
    "keras.src.layers.preprocessing.normalization",
    "tf_keras.src.layers.preprocessing.normalization",
)
_OWN = ("keras", "tf_keras")
_MODELS = ("Sequential", "Functional", "Model")


class KerasDoor:
    """Writes each ``fit`` of Keras' models into the fit_book."""

    def __init__(self, fit_book: FitBook) -> None:
        self._fit_book = fit_book
        self._open = threading.local()
        self._assigned = Assigned(lambda: getattr(self._open, "fit", None) is None and fit_book.watching())

    def install(self, hooks: ImportHooks) -> None:
        """Stand at the doors as soon as they are defined; nothing is imported."""
        for module, name in _TRAINERS.items():
            hooks.after(module, functools.partial(self._wrap_fit, name))
        for module in _LISTS:
            hooks.after(module, self._watch_epochs)
        for module, name in _LAYERS.items():
            hooks.after(module, functools.partial(self._watch_weights, name, "set_weights"))
        for module, name in _LOADING.items():
            hooks.after(module, functools.partial(self._watch_weights, name, "load_weights"))
        for module in _ADAPTING:
            hooks.after(module, self._watch_adapt)
        self._assigned.install(hooks)

    def _wrap_fit(self, name: str, module: ModuleType) -> None:
        trainer = getattr(module, name)
        original = trainer.fit
        signature = inspect.signature(original)

        @functools.wraps(original)
        def fit(model: Any, *args: Any, **kwargs: Any) -> Any:
            if getattr(self._open, "fit", None) is not None or not self._fit_book.watching():
                return original(model, *args, **kwargs)
            record, given = None, {}
            with self._fit_book.ours():
                given = _arguments(signature, model, args, kwargs)
                record = self._begun(model, given) if given else None
            self._open.fit, result = record, None
            try:
                result = original(model, *args, **kwargs)
            finally:
                self._open.fit = None
                with self._fit_book.ours():
                    if record is not None:
                        self._ended(record, model, given, result)
            return result

        trainer.fit = fit

    def _begun(self, model: Any, given: dict[str, Any]) -> Fit:
        """Return what is known of a fit before it begins."""
        fit = Fit(
            library="tf-keras" if is_tf_keras(model) else "keras3",
            owner=self._fit_book.number_of(model),
            begin=digest_of(model.get_weights()) if model.built else None,
            anew=_has_taken_no_step(model),
        )
        self._look_at_start(fit, model)
        looking = callbacks.listed(given.get("callbacks"))
        fit.watches = any(map(callbacks.could_change, looking))
        if fit.why is not None:
            return fit
        try:
            _write_model(fit, model)
            _write_settings(fit, given)
            x, y = given.get("x"), given.get("y")
            self._fit_book.data_of(fit, x, y)
            self._write_weights(fit, given)
            self._write_callbacks(fit, looking, given)
            self._write_adapted(fit, model)
        except NoRecipe as none:
            fit.why = none
        return fit

    def _look_at_start(self, fit: Fit, model: Any) -> None:
        """Note a start that no recipe draws: weights, learnt or frozen, that were set or learnt elsewhere.

        An encoder that another model's fit has taught is worth more than one of random weights.
        """
        weights = _weights_to_learn(model)
        how = "assign" if self._assigned.any_of(weights) else ""
        if self._assigned.learnt_by_another(weights, fit.owner):
            how = how or "fit"
        if how and fit.begin is None:
            fit.why = NoRecipe("weights-brought", how)
        elif how and all(earlier.end != fit.begin for earlier in self._fit_book.fits):
            self._fit_book.brought.setdefault(str(fit.begin), how)
        # What stays frozen stays as it was brought, in this model and in the next.
        self._assigned.forget(model.trainable_weights)

    def _ended(self, fit: Fit, model: Any, given: dict[str, Any], result: Any) -> None:
        ran = getattr(result, "epoch", None)
        fit.epochs = len(ran) if isinstance(ran, list) else len(fit.rates)
        fit.end = digest_of(model.get_weights())
        self._assigned.learn(model.trainable_weights, fit.owner)
        looking = callbacks.listed(given.get("callbacks"))
        put_back = [best for one in looking if (best := callbacks.best_epoch(one)) is not None]
        if fit.callbacks:
            fit.epochs = int(given.get("epochs") or fit.epochs)
        elif put_back:
            fit.epochs = min(put_back[0], fit.epochs)
        if not fit.model and fit.why is None:
            fit.why = NoRecipe("own-class", type(model).__name__)
        if fit.why is None:
            try:
                _write_rates(fit, looking, model)
            except NoRecipe as none:
                fit.why = none
        if fit.epochs and fit.end != fit.begin:
            self._fit_book.keep(fit)

    def _write_weights(self, fit: Fit, given: dict[str, Any]) -> None:
        if given.get("class_weight") is not None:
            fit.data["class_weight"] = by_class(given["class_weight"])
        if given.get("sample_weight") is not None:
            labels = self._fit_book.table("y_train")[fit.trained_on]
            fit.data["label_weight"] = by_label(to_array(given["sample_weight"]), labels)

    def _write_callbacks(self, fit: Fit, looking: list[Any], given: dict[str, Any]) -> None:
        """Keep callbacks that can be made again: they look at the training, or at rows of the course."""
        for one in callbacks.deciding(looking):
            if str(one.monitor).startswith("val_") and not fit.settings.get("validation_share"):
                rows = self._validation(given)
                if rows is None:
                    continue
                fit.data["validation"] = rows
            fit.callbacks.append(callbacks.said(one))

    def _validation(self, given: dict[str, Any]) -> dict[str, Any] | None:
        """Return the training rows that a fit is validated on; None where these are none."""
        beside = given.get("validation_data")
        if not isinstance(beside, list | tuple) or not beside:
            return None
        probe = Fit("", 0)
        try:
            self._fit_book.data_of(probe, beside[0], beside[1] if len(beside) > 1 else None)
        except NoRecipe:
            return None
        return dict(probe.data["rows"])

    def _write_adapted(self, fit: Fit, model: Any) -> None:
        for layer in getattr(model, "layers", ()):
            if type(layer).__name__ != "Normalization":
                continue
            said = self._fit_book.adapted.get(layer, "")
            if said is None:
                fit.adapt.append(layer.name)
            elif said:
                raise NoRecipe("brought-numbers", f"adapt ({said})")

    def _watch_epochs(self, module: Any) -> None:
        """Note rates before each epoch, and digests after it where somebody looks on."""
        listed = module.CallbackList
        begin, end = listed.on_epoch_begin, listed.on_epoch_end

        @functools.wraps(begin)
        def on_epoch_begin(self_: Any, epoch: Any, logs: Any = None) -> Any:
            result = begin(self_, epoch, logs)
            fit = getattr(self._open, "fit", None)
            if fit is not None:
                with self._fit_book.ours():
                    fit.rates.append(_rate(self_.model))
            return result

        @functools.wraps(end)
        def on_epoch_end(self_: Any, epoch: Any, logs: Any = None) -> Any:
            fit = getattr(self._open, "fit", None)
            if fit is None or not fit.watches:
                return end(self_, epoch, logs)
            with self._fit_book.ours():
                fit.after.append(digest_of(self_.model.get_weights()))
            result = end(self_, epoch, logs)
            with self._fit_book.ours():
                if digest_of(self_.model.get_weights()) != fit.after[-1]:
                    fit.changed = _own_name(self_)
            return result

        listed.on_epoch_begin, listed.on_epoch_end = on_epoch_begin, on_epoch_end

    def _watch_weights(self, owner: str, name: str, module: Any) -> None:
        """Note weights that the program sets or loads, of a model or of a layer of it."""
        kind = getattr(module, owner)
        original = getattr(kind, name)

        @functools.wraps(original)
        def watched(layer: Any, *args: Any, **kwargs: Any) -> Any:
            result = original(layer, *args, **kwargs)
            inside = getattr(self._open, "fit", None) is not None
            if not inside and self._fit_book.watching() and hasattr(layer, "fit"):
                with self._fit_book.ours():
                    self._fit_book.brought[digest_of(layer.get_weights())] = name
            return result

        setattr(kind, name, watched)

    def _watch_adapt(self, module: Any) -> None:
        kind = module.Normalization
        original = kind.adapt

        @functools.wraps(original)
        def adapt(layer: Any, data: Any, *args: Any, **kwargs: Any) -> Any:
            with self._fit_book.ours():
                array = to_array(data)
                try:
                    self._fit_book.adapted[layer] = "?"
                    if array is not None and array.ndim and self._fit_book.watching():
                        self._fit_book.tie(data, array)
                        self._fit_book.adapted[layer] = None
                except NoRecipe as none:
                    self._fit_book.adapted[layer] = none.why
            return original(layer, data, *args, **kwargs)

        kind.adapt = adapt


def _weights_to_learn(model: Any) -> list[Any]:
    """Return the weights that were made to be learnt, whether or not they are frozen now.

    Means and variances that a layer keeps of the rows it saw are none.
    """
    own = ("_trainable_variables", "_trainable_weights")
    layers = model._flatten_layers()  # `trainable_weights` leaves out what is frozen
    return [one for layer in layers for name in own for one in vars(layer).get(name) or ()]


def _arguments(signature: inspect.Signature, model: Any, args: Any, kwargs: Any) -> dict[str, Any]:
    """Return the arguments of a call by name, with what was left out; none of a call that fails by itself."""
    try:
        bound = signature.bind(model, *args, **kwargs)
    except TypeError:
        return {}
    bound.apply_defaults()
    return dict(bound.arguments)


def _write_model(fit: Fit, model: Any) -> None:
    """Write architecture, optimizer and loss into ``fit``.

    Raises:
        NoRecipe: they are not Keras' own, or there are several.
    """
    kind = type(model)
    if kind.__name__ not in _MODELS or kind.__module__.partition(".")[0] not in _OWN:
        raise NoRecipe("own-class", kind.__name__)
    try:
        fit.model = model.to_json()
    except Exception as error:
        raise NoRecipe("own-class", f"{kind.__name__}: {type(error).__name__}") from None
    optimizer = model.optimizer
    module = type(optimizer).__module__
    config = plain(optimizer.get_config())
    if ".legacy" in module and is_tf_keras(model):
        config["is_legacy_optimizer"] = True
    fit.optimizer = {"class_name": type(optimizer).__name__, "module": module, "config": config}
    fit.loss = _loss_of(getattr(model, "loss", None))


def _loss_of(loss: Any) -> dict[str, Any]:
    if isinstance(loss, list | tuple) and len(loss) == 1:
        loss = loss[0]
    if isinstance(loss, str):
        return {"class_name": loss, "module": "keras.losses", "config": {}}
    if loss is None or isinstance(loss, dict | list | tuple):
        raise NoRecipe("loss", type(loss).__name__)
    name = getattr(loss, "__name__", None)
    if isinstance(name, str):
        return {"class_name": name, "module": getattr(loss, "__module__", ""), "config": {}}
    config = {key: plain(value) for key, value in loss.get_config().items() if key != "fn"}
    return {"class_name": type(loss).__name__, "module": type(loss).__module__, "config": config}


def _write_settings(fit: Fit, given: dict[str, Any]) -> None:
    """Write batch size, order and validation share into ``fit``.

    Raises:
        NoRecipe: the epochs are cut in a way that a recipe does not say.
    """
    if given.get("steps_per_epoch"):
        raise NoRecipe("setting", "steps_per_epoch")
    fit.settings["batch_size"] = int(given.get("batch_size") or 32)
    fit.settings["shuffle"] = bool(given.get("shuffle", True))
    share = float(given.get("validation_split") or 0.0)
    if share and given.get("validation_data") is None:
        fit.settings["validation_share"] = share


def _write_rates(fit: Fit, looking: list[Any], model: Any) -> None:
    """Write a rate that a callback changed as the schedule that it came to.

    Raises:
        NoRecipe: a callback changed weights, or rates in a way that no schedule is.
    """
    if fit.changed:
        raise NoRecipe("callback", fit.changed)
    rates = [rate for rate in fit.rates[: fit.epochs] if rate == rate]  # noqa: PLR0124 - not a number
    if fit.callbacks or len(rates) < 2 or max(rates) - min(rates) <= 1e-6 * max(rates):  # noqa: PLR2004
        return
    from grader_harness.recipe.rates import schedule_of

    del model
    schedule = schedule_of(rates, len(fit.trained_on), fit.settings)
    if schedule is None:
        named = [type(one).__name__ for one in looking if callbacks.could_change(one)] or ["?"]
        raise NoRecipe("callback", named[0])
    fit.optimizer["config"]["learning_rate"] = schedule


def _has_taken_no_step(model: Any) -> bool:
    import numpy as np

    return int(np.asarray(getattr(model.optimizer, "iterations", 0))) == 0


def _rate(model: Any) -> float:
    """Return the learning rate where it is a number, else not a number: a schedule stands in the config."""
    import numpy as np

    optimizer = getattr(model, "optimizer", None)
    inner = getattr(optimizer, "_learning_rate", None)
    if inner is None or hasattr(inner, "get_config"):
        return float("nan")
    return float(np.asarray(optimizer.learning_rate))


def _own_name(listed: Any) -> str:
    own = [one for one in getattr(listed, "callbacks", ()) if callbacks.could_change(one)]
    return type(own[0]).__name__ if own else "?"
