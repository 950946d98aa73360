"""What becomes of a fit's callbacks: kept where Keras' own can be made again, else dropped or told."""

from typing import Any

_WRITE_ONLY = frozenset(
    {
        "BackupAndRestore",
        "BaseLogger",
        "CSVLogger",
        "History",
        "ProgbarLogger",
        "TensorBoard",
        "TerminateOnNaN",
    }
)
_DECIDING = {
    "EarlyStopping": (
        "monitor",
        "min_delta",
        "patience",
        "mode",
        "baseline",
        "restore_best_weights",
        "start_from_epoch",
    ),
    "ReduceLROnPlateau": ("monitor", "factor", "patience", "mode", "min_delta", "cooldown", "min_lr"),
}
MONITORED = frozenset(
    {"loss", "val_loss", "accuracy", "val_accuracy", "acc", "val_acc", "mae", "val_mae", "mse", "val_mse"}
)


def listed(callbacks: Any) -> list[Any]:
    """Return the callbacks of a fit one by one."""
    if callbacks is None:
        return []
    inner = getattr(callbacks, "callbacks", None)  # a CallbackList
    if isinstance(inner, list):
        return inner
    return list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks]


def of_keras(callback: Any) -> bool:
    """Return whether a callback is Keras' own class."""
    return type(callback).__module__.partition(".")[0] in ("keras", "tf_keras")


def could_change(callback: Any) -> bool:
    """Return whether a callback could set weights, or keep them for later."""
    return not of_keras(callback) or type(callback).__name__ not in {*_WRITE_ONLY, *_DECIDING}


def deciding(callbacks: list[Any]) -> list[Any]:
    """Return those that decide something and can be made again: Keras' own that need no function."""
    return [
        one
        for one in callbacks
        if of_keras(one) and type(one).__name__ in _DECIDING and getattr(one, "monitor", "") in MONITORED
    ]


def said(callback: Any) -> dict[str, Any]:
    """Return a deciding callback in the words of a recipe."""
    name = type(callback).__name__
    config = {key: getattr(callback, key) for key in _DECIDING[name] if hasattr(callback, key)}
    config["min_delta"] = abs(float(config.get("min_delta", 0.0)))  # Keras turns its sign
    if config.get("mode") not in ("auto", "min", "max"):
        config.pop("mode", None)
    return {"name": name, "config": config}


def best_epoch(callback: Any) -> int | None:
    """Return the epoch whose weights an ``EarlyStopping`` put back, counted from 1; None where it did not."""
    if type(callback).__name__ != "EarlyStopping" or not getattr(callback, "restore_best_weights", False):
        return None
    if getattr(callback, "best_weights", None) is None:
        return None
    return int(callback.best_epoch) + 1
