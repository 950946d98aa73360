"""Seeds every library as it is imported; notices when the program sets a seed of its own.

The program's own seed wins: ours are set at the import, before any statement of the program could use the
library. What ``keras.utils.set_random_seed`` would set is set, but a program that never imports TensorFlow
does not pay for importing it.
"""

import functools
import random
import sys
from typing import Any

from grader_harness.import_hooks import ImportHooks
from grader_harness.places import Places


class Seeds:
    """Sets our seed; ``own_seed`` tells whether the program set one itself."""

    def __init__(self, seed: int, places: Places) -> None:
        self._seed = seed
        self._places = places
        self.own_seed = False
        self._states: dict[str, tuple[Any, Any]] = {}

    def install(self, hooks: ImportHooks) -> None:
        """Seed Python at once and the other libraries when they are imported."""
        random.seed(self._seed)
        self._notice(random, "seed")  # not after an import: a random.py of the submission is no library
        hooks.after("numpy", self._numpy)
        hooks.after("tensorflow", self._tensorflow)
        for name in ("keras.src.utils.rng_utils", "tf_keras.src.utils.tf_utils"):
            hooks.after(name, lambda module: self._notice(module, "set_random_seed"))
        for name in ("keras", "tf_keras"):
            hooks.after(name, self._keras)
        for name in ("tensorflow", "keras", "tf_keras"):
            hooks.before(name, functools.partial(self._remember, name))

    def _numpy(self, module: Any) -> None:
        module.random.seed(self._seed)
        self._notice(module.random, "seed")

    def _tensorflow(self, module: Any) -> None:
        module.random.set_seed(self._seed)
        self._notice(module.random, "set_seed")
        self._restore("tensorflow")

    def _keras(self, module: Any) -> None:
        if not self.own_seed:
            module.utils.set_random_seed(self._seed)
        self._restore(module.__name__)

    def _remember(self, name: str) -> None:
        numpy = sys.modules.get("numpy")
        self._states[name] = random.getstate(), numpy.random.get_state() if numpy else None

    def _restore(self, name: str) -> None:
        """Undo the draws of the import itself: Keras draws seeds from Python's generator while it loads."""
        python_state, numpy_state = self._states.pop(name, (None, None))
        if python_state is not None:
            random.setstate(python_state)
        if numpy_state is not None:
            sys.modules["numpy"].random.set_state(numpy_state)

    def _notice(self, owner: Any, name: str) -> None:
        original = getattr(owner, name)

        @functools.wraps(original)
        def noticed(*args: Any, **kwargs: Any) -> Any:
            caller = sys._getframe(1).f_code.co_filename
            given = args[0] if args else next(iter(kwargs.values()), None)
            if given is not None and self._places.name(caller) is not None:
                self.own_seed = True
            return original(*args, **kwargs)

        setattr(owner, name, noticed)
