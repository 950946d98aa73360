"""What a submission says in words: code with its comments, markdown, saved outputs, printed lines."""

from dataclasses import dataclass
from enum import Enum


class Origin(Enum):
    """Where a passage stands. SAVED: an output kept in the notebook. PRINTED: what the graded runs print."""

    CODE = "code"
    MARKDOWN = "markdown"
    SAVED = "saved"
    PRINTED = "printed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One text of a submission, hostile until read with care.

    ``place`` says where it stands (``mlp2.py``, ``digits.ipynb[7]``); ``source`` is the code that a saved
    output stands under.
    """

    origin: Origin
    text: str
    place: str
    source: str = ""
