"""Which rows stand where in one serving of a dataset."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """What stands where in one serving.

    ``order[i]`` is the graded row served at place ``i``, ``y_test[i]`` the label shown there.
    ``x_rows`` and ``y_rows`` say which published training row gives the input and the label at each place;
    None means the published order.
    """

    order: "NDArray[Any]"
    y_test: "NDArray[Any]"
    x_rows: "NDArray[Any] | None"
    y_rows: "NDArray[Any] | None"
