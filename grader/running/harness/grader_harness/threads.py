"""Notices a program that changes the thread counts which the grader has pinned."""

import functools
import os
from types import ModuleType
from typing import Any

from grader_harness.import_hooks import ImportHooks
from grader_harness.ledger import Ledger

PINNED = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")
SETTERS = ("set_intra_op_parallelism_threads", "set_inter_op_parallelism_threads")


class ThreadPins:
    """Thread counts change results in the fourth digit: an override is allowed and noted."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._at_start = {name: os.environ.get(name) for name in PINNED}

    def install(self, hooks: ImportHooks) -> None:
        """Watch TensorFlow's setters once it is imported."""
        hooks.after("tensorflow", self._watch)

    def compare(self) -> None:
        """Note the variables that the program has changed."""
        for name, value in self._at_start.items():
            if os.environ.get(name) != value:
                self._ledger.add("thread_pin", f"{name}={os.environ.get(name, '')}")

    def _watch(self, module: ModuleType) -> None:
        threading = module.config.threading  # type: ignore[attr-defined]
        for name in SETTERS:
            setattr(threading, name, self._noted(name, getattr(threading, name)))

    def _noted(self, name: str, original: Any) -> Any:
        @functools.wraps(original)
        def noted(*args: Any, **kwargs: Any) -> Any:
            self._ledger.add("thread_pin", f"tf.config.threading.{name}")
            return original(*args, **kwargs)

        return noted
