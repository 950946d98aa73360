"""Every case of the conformance suite, in the order in which they are run."""

from grader.running.conformance.endings import ENDINGS
from grader.running.conformance.exchange import EXCHANGE
from grader.running.conformance.limits import LIMITS
from grader.running.conformance.walls import WALLS

CASES = (*ENDINGS, *EXCHANGE, *LIMITS, *WALLS)
