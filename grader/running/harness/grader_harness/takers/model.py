"""``model``: the files of the models that may have made the predictions, and what they were fed."""

import shutil
from pathlib import Path
from typing import Any

from grader_harness.ended import Ended
from grader_harness.job import Ask
from grader_harness.models import equal_weights, is_model, is_tf_keras, layer_names
from grader_harness.states import ABSENT, OK, passed_over
from grader_harness.writing import write_array

_CAPTURED = "captured_model.keras"
_LAST = "model.keras"


def take(ask: Ask, ended: Ended) -> dict[str, str]:
    """Leave the model of the call that gave the answers with its inputs, and the last model fitted or saved.

    The last recognised call counts where none is known to have given them.

    Saved where there is neither: the first of the named variables that holds a model.
    """
    _take_captured(ended)
    model = ended.evidence.model
    if model is None:
        named = (ended.namespace.get(name) for name in ask.names)
        model = next((one for one in named if is_model(one) and not ended.evidence.never_trained(one)), None)
    if model is None:
        return ABSENT
    if not ended.layers:
        ended.layers = layer_names(model)
    if _is_the_captured(model, ended):
        shutil.copyfile(ended.job.out / _CAPTURED, ended.job.out / _LAST)
    elif (problem := _save(model, _LAST, ended)) is not None:
        return passed_over("unsaveable", problem)
    _write_fit_data(model, ended)
    return OK


def _take_captured(ended: Ended) -> None:
    captured = ended.call_of_answers()
    if captured is None or not captured.keras:
        return
    ended.layers = layer_names(captured.model)
    try:
        write_array(ended.job.out / "captured_inputs.npy", captured.rows)
        ended.with_weights(captured, lambda: _save(captured.model, _CAPTURED, ended))
    except Exception:  # its weights cannot be put back: there is no file of the model as it was
        return


def _is_the_captured(model: Any, ended: Ended) -> bool:
    captured = ended.call_of_answers()
    return (
        captured is not None
        and captured.model is model
        and (ended.job.out / _CAPTURED).exists()
        and equal_weights(model.get_weights(), captured.weights)
    )


def _save(model: Any, name: str, ended: Ended) -> str | None:
    """Save ``model`` as ``name``; a model that cannot be saved is told, not raised."""
    part = ended.job.out / f"part-{name}"
    library = "tf_keras" if is_tf_keras(model) else "keras"
    try:
        ended.evidence.original[library, "save_model"](model, str(part))
    except Exception as error:
        _remove(part)
        return f"{type(error).__name__}: {error}"
    part.replace(ended.job.out / name)
    return None


def _write_fit_data(model: Any, ended: Ended) -> None:
    data = ended.evidence.fit_data(model)
    if data is None or data.inputs is None:
        return
    write_array(ended.job.out / "fit_inputs.npy", data.inputs)
    if data.targets is not None:
        write_array(ended.job.out / "fit_targets.npy", data.targets)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
