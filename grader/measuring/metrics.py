"""The built-in metrics: rules from predictions and labels to a number, entered by the plugin door."""

from typing import TYPE_CHECKING, Any

from grader.model.metric import Direction

if TYPE_CHECKING:
    import numpy as np


class ErrorRate:
    """Share of test rows whose predicted class is not the true one."""

    name = "error_rate"
    direction = Direction.LOWER_IS_BETTER
    group = "test"
    counts_rows = True

    def __call__(self, predicted: "np.ndarray[Any, Any]", truth: "np.ndarray[Any, Any]") -> float:
        """Return wrong rows over rows."""
        _same_length(predicted, truth)
        return int((predicted != truth).sum()) / len(truth)


class NoiseError(ErrorRate):
    """Error rate over the rows that vary a column which must not matter (``pele``: skin colour 0 to 100)."""

    name = "noise_error"
    group = "noise"


class Accuracy:
    """Share of test rows whose predicted class is the true one."""

    name = "accuracy"
    direction = Direction.HIGHER_IS_BETTER
    group = "test"
    counts_rows = True

    def __call__(self, predicted: "np.ndarray[Any, Any]", truth: "np.ndarray[Any, Any]") -> float:
        """Return right rows over rows."""
        _same_length(predicted, truth)
        return int((predicted == truth).sum()) / len(truth)


class Rmse:
    """Root of the mean squared difference, in the unit of the target."""

    name = "rmse"
    direction = Direction.LOWER_IS_BETTER
    group = "test"
    counts_rows = False

    def __call__(self, predicted: "np.ndarray[Any, Any]", truth: "np.ndarray[Any, Any]") -> float:
        """Return the root mean square of ``predicted - truth``, computed in 64 bits."""
        _same_length(predicted, truth)
        difference = (predicted.astype("float64") - truth.astype("float64")).reshape(-1)
        return float((difference @ difference / len(difference)) ** 0.5)


class Mae:
    """Mean absolute difference, in the unit of the target."""

    name = "mae"
    direction = Direction.LOWER_IS_BETTER
    group = "test"
    counts_rows = False

    def __call__(self, predicted: "np.ndarray[Any, Any]", truth: "np.ndarray[Any, Any]") -> float:
        """Return the mean of ``|predicted - truth|``, computed in 64 bits."""
        _same_length(predicted, truth)
        return float(abs(predicted.astype("float64") - truth.astype("float64")).mean())


class R2:
    """Share of the target's variance that the predictions explain; 0 is the mean, 1 is perfect."""

    name = "r2"
    direction = Direction.HIGHER_IS_BETTER
    group = "test"
    counts_rows = False

    def __call__(self, predicted: "np.ndarray[Any, Any]", truth: "np.ndarray[Any, Any]") -> float:
        """Return 1 - residual sum of squares / total sum of squares.

        Raises:
            ValueError: every target is the same, so there is no variance to explain.
        """
        _same_length(predicted, truth)
        target = truth.astype("float64")
        residual = (predicted.astype("float64") - target).reshape(-1)
        spread = (target - target.mean(axis=0)).reshape(-1)
        total = float(spread @ spread)
        if total == 0:
            raise ValueError("r2 needs targets that differ")
        return 1.0 - float(residual @ residual) / total


def _same_length(predicted: "np.ndarray[Any, Any]", truth: "np.ndarray[Any, Any]") -> None:
    if predicted.shape != truth.shape or not predicted.ndim or not len(truth):
        raise ValueError(f"predictions {predicted.shape} do not match truth {truth.shape}")
