"""A metric of a course's own."""

from typing import TYPE_CHECKING, Any

from grader.model.metric import Direction

if TYPE_CHECKING:
    import numpy as np


class BalancedError:
    """The mean of the classes' shares of errors: a rare class counts as much as a common one."""

    name = "balanced_error"
    direction = Direction.LOWER_IS_BETTER
    group = "test"
    counts_rows = False

    def __call__(self, predicted: "np.ndarray[Any, Any]", truth: "np.ndarray[Any, Any]") -> float:
        """Return the mean over the classes that are among the labels."""
        import numpy as np

        return float(np.mean([np.mean(predicted[truth == each] != each) for each in np.unique(truth)]))
