"""What a notebook shows in a browser and a run cannot: bars that are widgets, pictures that did not come."""

import functools
from types import ModuleType
from typing import Any

from grader_harness.import_hooks import ImportHooks
from grader_harness.ledger import Ledger


class NotebookViews:
    """Writes ``tqdm.notebook``'s bars as text; notes a missing picture in place of failing."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def install(self, hooks: ImportHooks) -> None:
        """Replace them when they are imported."""
        hooks.after("tqdm.notebook", _write_bars)
        hooks.after("IPython.core.display", self._allow_missing_pictures)
        hooks.after("IPython.lib.display", self._allow_missing_sounds)

    def _allow_missing_pictures(self, module: Any) -> None:
        self._allow_missing(module.DisplayObject, "reload")
        # A picture named by its first argument is looked for only when it is shown.
        self._allow_missing(module.Image, "_data_and_metadata")

    def _allow_missing_sounds(self, module: Any) -> None:
        self._allow_missing(module.Audio, "reload")

    def _allow_missing(self, kind: Any, name: str) -> None:
        original = getattr(kind, name)

        @functools.wraps(original)
        def allowing(shown: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                return original(shown, *args, **kwargs)
            except FileNotFoundError as error:
                file = shown.filename or shown.data or error.filename
                self._ledger.add("picture", f"{type(shown).__name__}({str(file)!r})")
                shown.data = b"" if "b" in shown._read_flags else ""
                return None if name == "reload" else original(shown, *args, **kwargs)

        setattr(kind, name, allowing)


def _write_bars(module: ModuleType) -> None:
    """Put the bar of a terminal in the place of the widget."""
    from tqdm.std import tqdm

    class Bar(tqdm):  # type: ignore[type-arg]
        """A bar that takes the widget's arguments too."""

        def __init__(self, *args: Any, display: bool = True, **kwargs: Any) -> None:
            kwargs.setdefault("disable", not display)
            super().__init__(*args, **kwargs)

    def bars(*args: Any, **kwargs: Any) -> Any:
        return Bar(range(*args), **kwargs)

    for name, stand_in in (("tqdm", Bar), ("tqdm_notebook", Bar), ("trange", bars), ("tnrange", bars)):
        setattr(module, name, stand_in)
