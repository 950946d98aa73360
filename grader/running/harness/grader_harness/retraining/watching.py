"""Callbacks of Keras' own that decide something in a training: when it ends, how fast it goes on."""

from typing import Any

_AS_THEY_ARE = ("EarlyStopping", "ReduceLROnPlateau", "TerminateOnNaN")
_BEST = "ModelCheckpoint"


def watchers(watched: list[dict[str, Any]], keras: Any) -> list[Any]:
    """Return the callbacks; a checkpoint that keeps the best puts it back when training ends.

    Raises:
        ValueError: one of them is none that a recipe may have.
    """
    return [_watcher(one["name"], dict(one["config"]), keras) for one in watched]


def measured(watched: list[dict[str, Any]]) -> list[str] | None:
    """Return the metrics that callbacks look at, besides the loss."""
    monitors = (str(one["config"].get("monitor", "val_loss")).removeprefix("val_") for one in watched)
    return sorted({name for name in monitors if name != "loss"}) or None


def _watcher(name: str, config: dict[str, Any], keras: Any) -> Any:
    if name in _AS_THEY_ARE:
        return getattr(keras.callbacks, name)(**config)
    if name != _BEST:
        raise ValueError(f"no callback of a recipe: {name}")
    monitor = str(config.get("monitor", "val_loss"))
    return _best(keras, monitor, greatest=_greatest(monitor, str(config.get("mode", "auto"))))


def _greatest(monitor: str, mode: str) -> bool:
    """Return whether more of what is monitored is better, as Keras decides it."""
    return mode == "max" or (mode not in ("min", "max") and monitor.endswith(("acc", "accuracy", "auc")))


def _best(keras: Any, monitor: str, *, greatest: bool) -> Any:
    """Return a callback that puts the best weights back when training ends; Keras' own wants a file."""

    class Best(keras.callbacks.Callback):
        def on_train_begin(self, logs: Any = None) -> None:
            del logs
            self.best, self.weights = None, None

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            del epoch
            value = (logs or {}).get(monitor)
            if value is None or (self.best is not None and (value > self.best) != greatest):
                return
            if value != self.best:
                self.best, self.weights = value, self.model.get_weights()

        def on_train_end(self, logs: Any = None) -> None:
            del logs
            if self.weights is not None:
                self.model.set_weights(self.weights)

    return Best()
