"""The learning curves of the last fit, the reference's beside them."""

import math
from collections.abc import Mapping

from grader.model.evidence import Fit
from grader.model.message import Message
from grader.model.result import SubmissionResult
from grader.reporting.charts import Line, curve, is_wide
from grader.reporting.in_words import same, value_told
from grader.reporting.printed_view import shortened
from grader.reporting.views import CurvePanel, KeyEntry, Training
from grader.words.catalogue import say

_MOST_ROWS = 8
_ACCURACIES = ("accuracy", "acc", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy")
_NOT_CURVES = ("loss", "lr", "learning_rate")


def training(result: SubmissionResult) -> Training | None:
    """Return the last fit of the last run that has one; None when no model was fitted."""
    fit = next((run.fits[-1] for run in reversed(result.runs) if run.fits), None)
    if fit is None:
        return None
    reference = result.shown.reference_fits[-1].history if result.shown.reference_fits else {}
    keys = _drawn_keys(fit.history)
    panels = [_panel(key, fit.history, reference) for key in keys]
    columns = [name for key in keys for name in (key, f"val_{key}") if name in fit.history]
    note = "page.training.note.one" if fit.epochs == 1 else "page.training.note"
    return Training(
        note=say(note, epochs=fit.epochs),
        on_test_rows=fit.on_test_rows,
        panels=tuple(panel for panel in panels if panel.svg),
        columns=(say("page.training.epoch"), *(same(shortened(name, 40)) for name in columns)),
        rows=_rows(fit, columns),
    )


def _drawn_keys(history: Mapping[str, tuple[float, ...]]) -> list[str]:
    """Return the loss and one metric: an accuracy if there is one."""
    metric = next((key for key in _ACCURACIES if key in history), None) or next(
        (key for key in history if key not in _NOT_CURVES and not key.startswith("val_")), None
    )
    return [key for key in ("loss", metric) if key is not None and key in history]


def _panel(
    key: str, history: Mapping[str, tuple[float, ...]], reference: Mapping[str, tuple[float, ...]]
) -> CurvePanel:
    beside = f"val_{key}" if f"val_{key}" in reference else key
    found = [
        ("train", "page.training.train", history.get(key)),
        ("val", "page.training.validation", history.get(f"val_{key}")),
        (
            "ref",
            "page.training.reference_validation" if beside != key else "page.training.reference",
            reference.get(beside),
        ),
    ]
    lines = [Line(values=values, style=style) for style, _, values in found if values]
    identity = "curve-loss" if key == "loss" else "curve-metric"
    return CurvePanel(
        id=identity,
        caption=_caption(key, "log" if is_wide(lines) else ""),
        svg=curve(
            lines,
            labelled_by=identity,
            percent=key in _ACCURACIES,
            epoch=say("page.training.epoch"),
        ),
        key=tuple(KeyEntry(style=style, label=say(label)) for style, label, values in found if values),
    )


def _caption(key: str, scale: str) -> Message:
    suffix = f".{scale}" if scale else ""
    if key == "loss":
        return say(f"page.training.loss{suffix}")
    name = say("page.training.accuracy") if key in _ACCURACIES else same(shortened(key, 40))
    return say(f"page.training.metric{suffix}", metric=name)


def _rows(fit: Fit, columns: list[str]) -> tuple[tuple[Message, ...], ...]:
    """Return at most 8 epochs, spread evenly, the first and the last among them."""
    epochs = max((len(fit.history[name]) for name in columns), default=0)
    kept = min(epochs, _MOST_ROWS)
    chosen = sorted({round(i * (epochs - 1) / max(1, kept - 1)) for i in range(kept)})
    return tuple(
        (
            say("page.value.int", x=epoch + 1),
            *(_cell(fit.history[name], epoch) for name in columns),
        )
        for epoch in chosen
    )


def _cell(values: tuple[float, ...], epoch: int) -> Message:
    if epoch >= len(values) or not math.isfinite(values[epoch]):
        return same("—")
    return value_told(values[epoch], share=False)
