"""``captured``: what the last recognised call of a model said about the served test rows."""

from grader_harness.ended import Ended
from grader_harness.job import Ask
from grader_harness.models import layer_names
from grader_harness.writing import write_array


def take(_ask: Ask, ended: Ended) -> dict[str, str]:
    """Leave ``captured.npy``."""
    outputs, state = ended.captured_outputs()
    captured = ended.evidence.captured
    if outputs is None or captured is None:
        return state
    write_array(ended.job.out / "captured.npy", outputs)
    if captured.keras:
        ended.layers = layer_names(captured.model)
    return state
