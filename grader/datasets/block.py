"""Rows as they came out of one file, and what is wrong with a file that they do not come out of."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.model.errors import CourseError
from grader.words import say

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """Rows of one file: inputs, targets, or both.

    ``cells`` are the inputs of a text table as they are written, ``header`` what its columns are called;
    ``target_at`` is where among them the target stood, ``target_name`` what its column is called.
    """

    x: "NDArray[Any] | None" = None
    y: "NDArray[Any] | None" = None
    cells: tuple[tuple[str, ...], ...] | None = None
    header: tuple[str, ...] | None = None
    target_at: int | None = None
    target_name: str | None = None

    def __len__(self) -> int:
        return len(self.x) if self.x is not None else 0 if self.y is None else len(self.y)


def unreadable(file: str, problem: str, **fields: Any) -> CourseError:
    """Return the mistake of a data file whose content is not what its ``dataset.toml`` promises."""
    return CourseError(say("own-data-not-read", file=file, problem=say(f"data.problem.{problem}", **fields)))
