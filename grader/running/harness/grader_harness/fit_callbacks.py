"""Whether a ``fit`` could be changed by its validation data: only a callback reads what they show."""

from typing import Any

_POSITION = 5
_READ_NOTHING = frozenset(
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
_READ_WHAT_THEY_MONITOR = frozenset({"EarlyStopping", "ModelCheckpoint", "ReduceLROnPlateau"})


def reads_validation(args: Any, kwargs: Any) -> bool:
    """Return whether a callback of this ``fit`` could use what the validation data show.

    Keras' own that only write down or monitor a figure of the training do not; in doubt one does.
    """
    given = args[_POSITION] if len(args) > _POSITION else kwargs.get("callbacks")
    callbacks = given if isinstance(given, list | tuple) else [] if given is None else [given]
    return not all(_leaves_alone(one) for one in callbacks)


def _leaves_alone(callback: Any) -> bool:
    kind = type(callback)
    if kind.__module__.partition(".")[0] not in ("keras", "tf_keras"):
        return False
    if kind.__name__ in _READ_WHAT_THEY_MONITOR:
        return not str(getattr(callback, "monitor", "val")).startswith("val")
    return kind.__name__ in _READ_NOTHING
