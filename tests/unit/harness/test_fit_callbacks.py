"""Which callbacks could use what the validation data show."""

from importlib import import_module
from typing import Any

import pytest


def callback(name: str, module: str = "keras.src.callbacks.some", **fields: Any) -> Any:
    return type(name, (), {"__module__": module})() if not fields else _with(name, module, fields)


def _with(name: str, module: str, fields: dict[str, Any]) -> Any:
    return type(name, (), {"__module__": module, **fields})()


def reads(*args: Any, **kwargs: Any) -> bool:
    found: bool = import_module("grader_harness.fit_callbacks").reads_validation(args, kwargs)
    return found


def test_without_callbacks_nothing_reads_the_validation() -> None:
    assert not reads("x", "y", validation_data=("a", "b"))
    assert not reads("x", "y", callbacks=[])
    assert not reads("x", "y", callbacks=None)


@pytest.mark.parametrize("name", ["TensorBoard", "CSVLogger", "History", "TerminateOnNaN"])
def test_what_only_writes_down_changes_nothing(name: str) -> None:
    assert not reads(callbacks=[callback(name), callback(name, "tf_keras.src.callbacks")])


@pytest.mark.parametrize("name", ["EarlyStopping", "ReduceLROnPlateau", "ModelCheckpoint"])
def test_what_monitors_the_validation_reads_it_and_what_monitors_the_training_does_not(name: str) -> None:
    assert reads(callbacks=[callback(name, monitor="val_loss")])
    assert reads(callbacks=callback(name))
    assert not reads(callbacks=[callback(name, monitor="loss")])
    assert reads(1, 2, 3, 4, 5, [callback(name, monitor="val_accuracy")])


def test_a_callback_of_the_programs_own_may_do_anything() -> None:
    assert reads(callbacks=[callback("History", "__main__")])
    assert reads(callbacks=[callback("LambdaCallback")])
    assert reads(callbacks=[callback("TensorBoard"), lambda: None])
