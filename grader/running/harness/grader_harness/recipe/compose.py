"""Writes the recipe of the model that made the graded answers, or says why there is none."""

import json
from pathlib import Path
from typing import Any

from grader_harness.ended import Ended
from grader_harness.recipe.chain import chain_to
from grader_harness.recipe.estimator_door import holds
from grader_harness.recipe.fit_book import FitBook
from grader_harness.recipe.fits import Fit, NoRecipe, digest_of
from grader_harness.recipe.row_maps import steps_of
from grader_harness.recipe.tied_rows import Untied, tie_rows

_LOOPS = ("GradientTape", "train_on_batch", "apply_gradients")
_MOSTLY = 0.995
"""So many of a variable's answers must be those of the model: what is left are ties of scores."""


def recipe_of(ended: Ended, fit_book: FitBook) -> dict[str, Any]:
    """Return the recipe of what the program delivered.

    Raises:
        NoRecipe: it has none.
    """
    if fit_book.fault:
        raise NoRecipe("not-recorded", fit_book.fault)
    model, weights = _answering(ended)
    if model is None:
        raise _untrained(ended, fit_book)
    owner = fit_book.known(model)
    if hasattr(model, "get_weights"):
        try:
            chain = chain_to(digest_of(weights), owner, fit_book)
        except NoRecipe as none:
            raise _of_a_loop(none, ended) from None
        fits, models = _keras_fits(chain)
    else:
        chain = [fit for fit in fit_book.fits if fit.estimator and _answered(fit, owner, model)][-1:]
        if not chain:
            raise _untrained(ended, fit_book)
        if chain[0].why is not None:
            raise chain[0].why
        fits, models = [_estimator_fit(chain[0])], []
    answers = _answers(ended, fit_book, chain[-1])
    return {"library": chain[-1].library, "models": models, "fits": fits, "answers": answers}


def _answering(ended: Ended) -> tuple[Any, Any]:
    """Return the model that answered for the test rows, with its weights then; else the last one trained."""
    captured = ended.call_of_answers()
    if captured is not None:
        return captured.model, captured.weights
    fit = ended.evidence.last_fit()
    model = ended.evidence.model or (None if fit is None else fit.model())
    return model, model.get_weights() if hasattr(model, "get_weights") else None


def _answered(fit: Fit, owner: int | None, model: Any) -> bool:
    """Return whether ``model`` answers for what ``fit`` fitted: it is that, or stands inside it."""
    return fit.owner == owner or (fit.made is not None and holds(fit.made(), model))


def _untrained(ended: Ended, fit_book: FitBook) -> NoRecipe:
    why = next((fit.why for fit in reversed(fit_book.fits) if fit.why is not None), None)
    return _of_a_loop(why or NoRecipe("nothing-trained"), ended)


def _of_a_loop(none: NoRecipe, ended: Ended) -> NoRecipe:
    """Return ``none``, or that the program trains in a loop of its own where its text has one."""
    if none.why not in ("nothing-trained", "weights-brought", "weights-changed"):
        return none
    try:
        text = Path(ended.job.work / ended.job.main).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return none
    word = next((word for word in _LOOPS if word in text), None)
    return none if word is None else NoRecipe("own-loop", word)


def _keras_fits(chain: list[Fit]) -> tuple[list[dict[str, Any]], list[Any]]:
    texts = list(dict.fromkeys(fit.model for fit in chain))
    fits = [
        {
            "kind": "keras",
            "model": texts.index(fit.model),
            "optimizer": fit.optimizer,
            "loss": fit.loss,
            "epochs": fit.epochs,
            "callbacks": fit.callbacks,
            "adapt": fit.adapt,
            "anew": place > 0 and fit.anew,
            **fit.data,
            **fit.settings,
        }
        for place, fit in enumerate(chain)
    ]
    return fits, [json.loads(text) for text in texts]


def _estimator_fit(fit: Fit) -> dict[str, Any]:
    return {"kind": "estimator", "estimator": fit.estimator, **fit.data}


def _answers(ended: Ended, fit_book: FitBook, last: Fit) -> dict[str, Any]:
    """Return how the model answered: from which inputs, and what became of its scores."""
    captured = ended.call_of_answers()
    row_map = last.data["map"]
    outputs = None if captured is None else captured.outputs
    inside = captured is not None and last.made is not None and last.made() is not captured.model
    if captured is not None and not inside:  # a pipeline's last step is asked about rows that it prepared
        row_map = _map_of_test_rows(captured.rows, fit_book, last)
    if outputs is not None:
        _looks_like(outputs, ended, last)
    return {"map": row_map, **_decoding(outputs, fit_book, last)}


def _map_of_test_rows(rows: Any, fit_book: FitBook, last: Fit) -> dict[str, Any]:
    """Return the map of the test rows that a model was asked about: the fit's own, where it leads there."""
    raw = fit_book.table("x_test")
    rows = rows.reshape(len(rows), *last.shape) if last.shape else rows
    tied = tie_rows(rows, raw, in_order=True)
    if isinstance(tied, Untied):
        raise NoRecipe(tied.why, tied.detail)
    trained = fit_book.table("x_train")[last.trained_on]
    steps = steps_of(tied, raw, trained)
    if steps is None:
        raise NoRecipe("test-map", f"{rows.shape[1]}")
    return {"steps": steps, "shape": list(last.shape)}


def _decoding(outputs: Any, fit_book: FitBook, last: Fit) -> dict[str, Any]:
    labels = fit_book.table("y_train")
    targets = last.data["targets"]
    scale, offset = targets.get("scale", 1.0), targets.get("offset", 0.0)
    if labels.ndim > 1 or labels.dtype.kind not in "biu":
        as_they_are = (scale, offset) == (1.0, 0.0) and targets["form"] not in ("log", "standard")
        return {"decode": "identity" if as_they_are else "targets"}
    if last.estimator:
        return {"decode": "identity" if (scale, offset) == (1.0, 0.0) else "targets"}
    width = 1 if outputs is None or outputs.ndim == 1 else outputs.shape[1]
    if outputs is None:
        width = targets.get("classes") or (2 if "sparse" in _folded(last.loss["class_name"]) else 1)
    if width > 1:
        return {"decode": "argmax"}
    low, high = int(labels.min()), int(labels.max())
    if len(set(labels.reshape(-1).tolist())) > 2:  # noqa: PLR2004 - two classes
        return {"decode": "targets"}
    return {"decode": "threshold", "threshold": (low + high) / 2 * scale + offset}


def _folded(name: str) -> str:
    return name.casefold()


def _looks_like(outputs: Any, ended: Ended, last: Fit) -> None:
    """Look that the variable that is delivered says what the model says.

    Raises:
        NoRecipe: it says something else: several models together, or answers from elsewhere.
    """
    import numpy as np

    path = ended.job.out / "predictions.npy"
    if not path.is_file():
        return
    given = np.load(path, allow_pickle=False)
    if given.shape == outputs.shape and np.allclose(given, outputs, rtol=1e-3, atol=1e-4):
        return
    labels = ended.served.load("y_train")
    if labels.ndim > 1 or labels.dtype.kind not in "biu":
        if not _on_one_line(given, outputs):
            raise NoRecipe("answers", path.stem)
        return
    same = float(np.equal(_chosen(given, last), _chosen(outputs, last)).mean())
    if same < _MOSTLY:
        raise NoRecipe("answers", f"{path.stem}: {1 - same:.1%}")


def _chosen(answers: Any, last: Fit) -> Any:
    """Return the class that answers choose, scores of one column by the middle of the two targets."""
    import numpy as np

    if answers.ndim > 1 and answers.shape[1] > 1:
        return answers.argmax(axis=1)
    flat = answers.reshape(-1)
    if np.array_equal(flat, np.rint(flat)):
        low, high = flat.min(), flat.max()
        return np.where(flat == -1, 0, flat) if (low, high) == (-1, 1) else flat
    scale = last.data["targets"].get("scale", 1.0)
    offset = last.data["targets"].get("offset", 0.0)
    return np.rint(np.clip((flat - offset) / scale, 0, None))


def _on_one_line(given: Any, outputs: Any) -> bool:
    import numpy as np

    if given.size != outputs.size:
        return False
    one, other = given.reshape(-1).astype(float), outputs.reshape(-1).astype(float)
    ranks = [np.argsort(np.argsort(part, kind="stable"), kind="stable") for part in (one, other)]
    return bool(np.corrcoef(*ranks)[0, 1] > 0.9999)  # noqa: PLR2004 - a logarithm's way back is no line
