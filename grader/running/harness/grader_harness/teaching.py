"""What a placebo asks of the training inside, told in sixteen bytes over the control channel.

Every run is told as many bytes, at the same moment, before the submission's folder is entered: neither
environment nor arguments nor a file says which run this is. What was told is held by the functions made
here and by nothing that a program would meet. Who takes this process apart finds it all the same: an audit
is worth what it shows of a program that knows it (docs/explanation/audits.md).
"""

import struct
import weakref
from collections.abc import Callable
from typing import Any

from grader_harness.import_hooks import ImportHooks
from grader_harness.wrong_targets import with_wrong_targets

TOLD = struct.Struct(">QQ")
"""The epochs after which a model sees one batch of each epoch (0: none), and whether targets are wrong."""
_CALLBACK_LISTS = ("keras.src.callbacks.callback_list", "tf_keras.src.callbacks")

Taught = Callable[[tuple[Any, ...], dict[str, Any]], Any]


def teaching(told: bytes) -> tuple[Taught, Callable[[ImportHooks], None]]:
    """Return what gives ``fit`` its arguments, and what counts the epochs of Keras' models.

    The first returns the arguments that a call of ``fit`` or ``train_on_batch`` gets, or None where its
    targets should be wrong and cannot be.
    """
    most_epochs, wrong = TOLD.unpack(told) if len(told) == TOLD.size else (0, 0)

    def taught(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return with_wrong_targets(args, kwargs) if wrong else (args, kwargs)

    def count(hooks: ImportHooks) -> None:
        for name in _CALLBACK_LISTS:
            hooks.after(name, lambda module: _count_epochs(module.CallbackList, most_epochs))

    return taught, count


def _count_epochs(callback_list: Any, most: int) -> None:
    """Let models train whole epochs ``most`` times; after that, on the first batch of each.

    Callbacks, history and counts of epochs are those of a whole training.
    """
    begin, end = callback_list.on_epoch_begin, callback_list.on_epoch_end
    epochs: Any = weakref.WeakKeyDictionary()

    def on_epoch_begin(self: Any, epoch: Any, logs: Any = None) -> None:
        model = getattr(self, "model", None)
        if most and model is not None and epochs.get(model, 0) >= most:
            _shorten(model)
        begin(self, epoch, logs)

    def on_epoch_end(self: Any, epoch: Any, logs: Any = None) -> None:
        model = getattr(self, "model", None)
        if model is not None:
            epochs[model] = epochs.get(model, 0) + 1
        end(self, epoch, logs)

    for own, original in ((on_epoch_begin, begin), (on_epoch_end, end)):
        own.__doc__, own.__qualname__ = original.__doc__, original.__qualname__
        own.__module__ = original.__module__
    callback_list.on_epoch_begin, callback_list.on_epoch_end = on_epoch_begin, on_epoch_end


def _shorten(model: Any) -> None:
    """Let the epoch that begins now train on its first batch; the others are drawn and passed over.

    Where batches are joined (``joined_batches``), one call is for many of them: its first is trained alone.
    """
    whole = getattr(model, "train_function", None)
    whole = getattr(whole, "whole", whole)
    if whole is None:
        return
    last: list[Any] = []
    first, drawn = getattr(whole, "one", whole), getattr(whole, "at_once", None)

    def train_function(iterator: Any) -> Any:
        passed_over = drawn or _batches_at_once(model)
        if not last:
            last.append(first(iterator))
            passed_over = 0 if drawn is None else drawn - 1
        for _ in range(passed_over):
            if next(iterator, None) is None:
                break
        return last[0]

    train_function.whole = whole  # type: ignore[attr-defined]
    model.train_function = train_function


def _batches_at_once(model: Any) -> int:
    try:
        return max(1, int(getattr(model, "steps_per_execution", None) or model._steps_per_execution))
    except (AttributeError, TypeError, ValueError):
        return 1
