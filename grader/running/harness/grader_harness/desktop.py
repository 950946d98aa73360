"""Stand-ins for a person at a desktop: somebody who types, windows that open, graphviz that is installed."""

import builtins
import functools
import itertools
from types import ModuleType
from typing import Any

from grader_harness.figures import Figures
from grader_harness.import_hooks import ImportHooks
from grader_harness.ledger import Ledger

EMPTY_ANSWERS = 100
KEYS = (27, ord("q"), 13, ord(" "))  # Esc, q, Enter, space: what programs wait for


class Desktop:
    """Replaces ``input``, OpenCV's windows and ``plot_model`` where graphviz is missing."""

    def __init__(self, ledger: Ledger, figures: Figures) -> None:
        self._ledger = ledger
        self._figures = figures
        self._answers = 0
        self._keys = itertools.cycle(KEYS)

    def install(self, hooks: ImportHooks) -> None:
        """Replace ``input`` now and the libraries' functions when they are imported."""
        builtins.input = self._input
        hooks.after("cv2", self._replace_windows)
        hooks.after("keras.src.utils.model_visualization", self._soften_plot_model)
        hooks.after("tf_keras.src.utils.vis_utils", self._soften_plot_model)

    def _input(self, prompt: object = "", /) -> str:
        """Answer with an empty line, as if Enter were pressed; a menu that asks for ever meets the end.

        "Press Enter" goes on, a menu shows its default or its error; the 101st question raises EOFError, as
        a closed keyboard does, so that a loop ends with what came before it instead of by its time limit.
        """
        self._ledger.add("input", f"input({str(prompt)!r})" if prompt else "input()")
        print(prompt)
        self._answers += 1
        if self._answers > EMPTY_ANSWERS:
            raise EOFError("input(): não há teclado durante a correção / there is no keyboard here")
        return ""

    def _replace_windows(self, module: ModuleType) -> None:
        def imshow(title: Any, image: Any) -> None:
            self._ledger.add("show", f"cv2.imshow({title!r})")
            encoded = module.imencode(".png", image)  # type: ignore[attr-defined]
            if encoded[0]:
                self._figures.keep_png(encoded[1].tobytes())

        def wait_key(_delay: int = 0) -> int:
            return next(self._keys)

        def nothing(*_args: Any, **_kwargs: Any) -> None:
            return None

        replacements = {"imshow": imshow, "waitKey": wait_key, "waitKeyEx": wait_key}
        for name in ("namedWindow", "destroyAllWindows", "destroyWindow", "moveWindow"):
            replacements[name] = nothing
        for name in ("resizeWindow", "setWindowTitle", "setMouseCallback", "startWindowThread"):
            replacements[name] = nothing
        for name, function in replacements.items():
            setattr(module, name, function)

    def _soften_plot_model(self, module: Any) -> None:
        original = module.plot_model

        @functools.wraps(original)
        def plot_model(*args: Any, **kwargs: Any) -> Any:
            try:
                return original(*args, **kwargs)
            except (ImportError, OSError, AssertionError) as error:  # pydot asserts on graphviz' status
                self._ledger.add("show", f"plot_model: {error}")
                return None

        module.plot_model = plot_model
