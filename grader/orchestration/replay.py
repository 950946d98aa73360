"""The second sandbox: does the model file, applied to raw rows, make the graded predictions?"""

from typing import Any


def apply_model(task: Any, job: Any, served: Any) -> Any:
    return {}


def model_candidate(stored: Any) -> bytes | None:
    return None


def replay_of(stored: Any, facts: Any, assignment: Any) -> Any:
    return None
