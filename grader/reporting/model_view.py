"""The layer table of the model file, with what was counted of its weights."""

from grader.model.result import ModelTable
from grader.reporting.printed_view import shortened
from grader.reporting.views import LayerTable
from grader.words.catalogue import say

_MOST_ROWS = 60
_NAME = 40


def layer_table(table: ModelTable | None) -> LayerTable | None:
    """Return the first layers of ``table`` and all of its parameters; None where no file was looked at."""
    if table is None or not table.layers:
        return None
    shown = table.layers[:_MOST_ROWS]
    return LayerTable(
        note=say("page.layers.note"),
        rows=tuple(
            (
                shortened(layer.name, _NAME),
                shortened(layer.kind, _NAME),
                say("page.layers.count", count=layer.parameters),
            )
            for layer in shown
        ),
        total=say("page.layers.count", count=table.parameters),
        more=len(table.layers) - len(shown),
    )
