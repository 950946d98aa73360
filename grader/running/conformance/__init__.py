"""What every sandbox must hold, as a suite: run by our tests, and by whoever writes a backend.

::

    from grader.running.conformance import check_sandbox
    assert check_sandbox(MySandbox()) == ()

or ``python -m grader.running.conformance NAME`` for one that is installed as a plugin. A promise that is
not kept is a value (:class:`Broken`); nothing is raised for it.

Every program of the suite is harmless where nothing holds it: it tries the wall, and would not use the
gap. It may be run on ``none``, the sandbox that is none, to see it fail.
"""

from grader.running.conformance.case import Broken, Case
from grader.running.conformance.check_sandbox import CASES, check_case, check_sandbox
from grader.running.conformance.testbed import Testbed

__all__ = ["CASES", "Broken", "Case", "Testbed", "check_case", "check_sandbox"]
