"""Which of TensorFlow's variables were given a value outside any fit, or were learnt within another model.

Initial weights are drawn when a variable is made, and are no assignment; nor are the steps of an optimizer
inside a fit, which nobody looks at here. At the lowest place that Keras 3, tf-keras and a program's own line
all come by.
"""

import functools
import weakref
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

from grader_harness.import_hooks import ImportHooks

_MODULE = "tensorflow.python.ops.resource_variable_ops"
_CALLS = ("assign", "assign_add", "assign_sub")
_MOST = 20_000


class Assigned:
    """Variables that were assigned to while ``counts()`` was true, and by which model a fit taught others."""

    def __init__(self, counts: Callable[[], bool]) -> None:
        self._counts = counts
        self._seen: dict[int, Any] = {}
        self._learnt: dict[int, tuple[Any, int]] = {}

    def install(self, hooks: ImportHooks) -> None:
        """Stand at the calls as soon as they are defined; nothing is imported."""
        hooks.after(_MODULE, self._watch)

    def any_of(self, variables: Iterable[Any]) -> bool:
        """Return whether one of ``variables``, as Keras has them, was assigned to."""
        return any(self._is_noted(_inner(one)) for one in variables)

    def forget(self, variables: Iterable[Any]) -> None:
        """Forget ``variables``: a fit begins with what they hold."""
        for one in variables:
            self._seen.pop(id(_inner(one)), None)

    def learnt_by_another(self, variables: Iterable[Any], owner: int) -> bool:
        """Return whether the last fit to teach one of ``variables`` was of a model that is not ``owner``."""
        for one in variables:  # Keras' own: the values below them are new ones at each step of JAX
            kept, teacher = self._learnt.get(id(one), (None, owner))
            if kept is not None and kept() is one and teacher != owner:
                return True
        return False

    def learn(self, variables: Iterable[Any], owner: int) -> None:
        """Note that a fit of the model ``owner`` teaches ``variables``."""
        for one in variables:
            if len(self._learnt) < _MOST:
                self._learnt[id(one)] = weakref.ref(one), owner

    def note(self, variable: Any) -> None:
        """Note that ``variable`` is assigned to, where that counts."""
        if self._counts() and len(self._seen) < _MOST:
            self._seen[id(variable)] = weakref.ref(variable)

    def _is_noted(self, variable: Any) -> bool:
        kept = self._seen.get(id(variable))
        return kept is not None and kept() is variable

    def _watch(self, module: ModuleType) -> None:
        kind = module.BaseResourceVariable
        for name in _CALLS:
            setattr(kind, name, self._watched(getattr(kind, name)))

    def _watched(self, original: Any) -> Any:
        @functools.wraps(original)
        def call(variable: Any, *args: Any, **kwargs: Any) -> Any:
            self.note(variable)
            return original(variable, *args, **kwargs)

        return call


def _inner(variable: Any) -> Any:
    """Return TensorFlow's own variable of one of Keras 3."""
    return getattr(variable, "_value", variable)
