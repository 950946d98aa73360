"""``figures``: the program's pictures. They are kept while it runs; here, those still open at its end."""

from grader_harness.ended import Ended
from grader_harness.job import Ask
from grader_harness.states import ABSENT, OK


def take(_ask: Ask, ended: Ended) -> dict[str, str]:
    """Leave ``figure-01.png`` … as far as figures are still open."""
    ended.figures.finish()
    return OK if ended.figures.count else ABSENT
