"""What somebody may have meant by a name that does not exist."""

import difflib
from collections.abc import Iterable

from grader.model.message import NOTHING, Message
from grader.words import say


def near_miss(name: str, candidates: Iterable[str]) -> Message:
    """Return ``; did you mean 'x'?`` for the closest candidate, or nothing."""
    by_folded = {candidate.casefold(): candidate for candidate in candidates}
    close = difflib.get_close_matches(name.casefold(), list(by_folded), n=1, cutoff=0.6)
    return say("hint.near", name=by_folded[close[0]]) if close else NOTHING
