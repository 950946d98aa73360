"""Keeps the program's figures as PNG files: what it shows, saves, or leaves open."""

import functools
import hashlib
import io
import sys
import threading
import weakref
from pathlib import Path
from typing import Any

from grader_harness.drawings import outline
from grader_harness.import_hooks import ImportHooks
from grader_harness.ledger import Ledger

NO_WINDOW = ("agg", "cairo", "pdf", "pgf", "ps", "svg", "template")
MAX_FIGURES = 20
MAX_BYTES = 2 * 1024 * 1024
SMALL_DPI = 40


class Figures:
    """``count`` figures were drawn; the first twenty lie in the output folder, where they are ``kept``."""

    def __init__(self, out: Path, ledger: Ledger, *, kept: bool) -> None:
        self._out = out
        self._kept = kept
        self._ledger = ledger
        self._seen: set[str] = set()
        self._busy = threading.local()
        self._outlines: list[tuple[Any, dict[str, Any]]] = []
        self.count = 0

    def drawings(self) -> list[dict[str, Any]]:
        """Return what stood in each figure when it was last drawn, in the order they were first drawn."""
        return [told for _, told in self._outlines]

    def install(self, hooks: ImportHooks) -> None:
        """Make ``plt.show`` keep the figures instead of opening windows."""
        hooks.after("matplotlib", self._keep_backend)
        hooks.after("matplotlib.pyplot", self._replace_show)
        hooks.after("matplotlib.figure", self._watch_savefig)
        hooks.after("matplotlib.backend_bases", self._watch_printing)

    def keep_png(self, content: bytes) -> None:
        """Keep one picture; the same picture counts once."""
        if not self._kept:
            return
        digest = hashlib.sha256(content).hexdigest()
        if digest in self._seen:
            return
        self._seen.add(digest)
        self.count += 1
        if self.count <= MAX_FIGURES and len(content) <= MAX_BYTES:
            (self._out / f"figure-{self.count:02d}.png").write_bytes(content)

    def keep(self, figure: Any) -> None:
        """Keep ``figure`` as it looks now; an empty one is nothing."""
        if (
            not self._kept
            or not (figure.axes or figure.texts or figure.images)
            or self.count >= 10 * MAX_FIGURES
        ):
            return
        self._busy.now = True
        try:
            content = _png(figure, None)
            if len(content) > MAX_BYTES:
                content = _png(figure, SMALL_DPI)
            self.keep_png(content)
        finally:
            self._busy.now = False

    def finish(self) -> None:
        """Keep the figures that are still open at the end."""
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is not None:
            self._keep_open(pyplot)

    def _keep_open(self, pyplot: Any) -> None:
        try:
            for number in pyplot.get_fignums():
                self.keep(pyplot.figure(number))
        except Exception:  # a figure that cannot be drawn shows nothing on a screen either
            return

    def _keep_backend(self, module: Any) -> None:
        """Answer ``matplotlib.use("TkAgg")`` with the backend at hand: there are no windows."""
        original = module.use

        @functools.wraps(original)
        def use(backend: str, *, force: bool = True) -> None:
            if str(backend).lower() in NO_WINDOW or "inline" in str(backend):
                original(backend, force=force)
            else:
                self._ledger.add("show", f"matplotlib.use({backend!r})")

        module.use = use

    def _replace_show(self, pyplot: Any) -> None:
        original = pyplot.show

        @functools.wraps(original)
        def show(*args: Any, **kwargs: Any) -> Any:
            if "inline" in pyplot.get_backend():
                return original(*args, **kwargs)
            self._keep_open(pyplot)
            pyplot.close("all")  # as when the reader closes the windows: memory is freed
            return None

        pyplot.show = show

    def _watch_savefig(self, module: Any) -> None:
        original = module.Figure.savefig

        @functools.wraps(original)
        def savefig(figure: Any, *args: Any, **kwargs: Any) -> Any:
            result = original(figure, *args, **kwargs)
            if not getattr(self._busy, "now", False):
                self.keep(figure)
            return result

        module.Figure.savefig = savefig

    def _watch_printing(self, module: Any) -> None:
        """Look at each figure that becomes a picture, whoever draws it: notebooks have a way of their own."""
        original = module.FigureCanvasBase.print_figure

        @functools.wraps(original)
        def print_figure(canvas: Any, *args: Any, **kwargs: Any) -> Any:
            result = original(canvas, *args, **kwargs)
            self._look_at(canvas.figure)
            return result

        module.FigureCanvasBase.print_figure = print_figure

    def _look_at(self, figure: Any) -> None:
        seen = next((n for n, (known, _) in enumerate(self._outlines) if known() is figure), None)
        if not self._kept or (seen is None and len(self._outlines) >= MAX_FIGURES):
            return
        try:
            told = (weakref.ref(figure), outline(figure))
        except Exception:  # a figure of a class of its own that does not say what is in it
            return
        if seen is None:
            self._outlines.append(told)
        else:
            self._outlines[seen] = told


def _png(figure: Any, dpi: int | None) -> bytes:
    buffer = io.BytesIO()
    options = {} if dpi is None else {"dpi": dpi}
    figure.savefig(buffer, format="png", **options)
    return buffer.getvalue()
