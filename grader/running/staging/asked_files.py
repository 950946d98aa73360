"""Which files a run may leave: those of its record, and of each thing that was asked for."""

from collections.abc import Iterable, Mapping

from grader.model.ask import Ask
from grader.model.run import MIB, Wanted

_FIGURES = 20
_ARRAY = 256 * MIB
_MODEL = 512 * MIB

RECORD = (
    Wanted(name="report.json", max_bytes=4 * MIB),
    Wanted(name="cells.jsonl", max_bytes=8 * MIB),
)
FILES: Mapping[str, tuple[Wanted, ...]] = {
    "values": (Wanted(name="values.json", max_bytes=17 * MIB),),
    "trials": (Wanted(name="trials.json", max_bytes=17 * MIB),),
    "figures": tuple(Wanted(name=f"figure-{n:02d}.png", max_bytes=2 * MIB) for n in range(1, _FIGURES + 1)),
    "predictions": (Wanted(name="predictions.npy", max_bytes=_ARRAY),),
    "captured": (Wanted(name="captured.npy", max_bytes=_ARRAY),),
    "model": (
        Wanted(name="captured_model.keras", max_bytes=_MODEL),
        Wanted(name="captured_inputs.npy", max_bytes=_ARRAY),
        Wanted(name="model.keras", max_bytes=_MODEL),
        Wanted(name="fit_inputs.npy", max_bytes=_ARRAY),
        Wanted(name="fit_targets.npy", max_bytes=_ARRAY),
    ),
    "graph": (Wanted(name="graph.json", max_bytes=MIB),),
    "recipe": (Wanted(name="recipe.json", max_bytes=MIB // 4),),
    "predict": (Wanted(name="predict.npy", max_bytes=_ARRAY),),
}
"""What the taker of each kind leaves, and how much of it at most."""


def files_of(asks: Iterable[Ask]) -> tuple[Wanted, ...]:
    """Return every file that a run with ``asks`` may leave."""
    return (*RECORD, *(file for ask in asks for file in FILES[ask.kind]))
