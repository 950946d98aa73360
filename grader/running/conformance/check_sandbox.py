"""Runs the cases of the conformance suite on one sandbox."""

import os
import signal
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from grader.model.errors import GraderError
from grader.model.run import Bind
from grader.plugins.interfaces import Sandbox
from grader.running.conformance.case import Broken, Case
from grader.running.conformance.endings import ENDINGS
from grader.running.conformance.exchange import EXCHANGE
from grader.running.conformance.limits import LIMITS
from grader.running.conformance.testbed import Testbed
from grader.running.conformance.walls import WALLS
from grader.running.inside import INTERPRETERS

CASES = (*ENDINGS, *EXCHANGE, *LIMITS, *WALLS)
"""Every case of the suite, in the order in which they are run."""


def check_sandbox(
    sandbox: Sandbox,
    *,
    cases: Sequence[Case] = CASES,
    python: str | None = None,
    binds: tuple[Bind, ...] = (),
) -> tuple[Broken, ...]:
    """Return what ``sandbox`` does not hold, in the order of ``cases``.

    ``python`` is an interpreter by its path inside (default: the system's), ``binds`` what it needs.
    """
    results = (check_case(case, sandbox, python=python, binds=binds) for case in cases)
    return tuple(result for result in results if result is not None)


def check_case(
    case: Case, sandbox: Sandbox, *, python: str | None = None, binds: tuple[Bind, ...] = ()
) -> Broken | None:
    """Return how ``sandbox`` breaks the promise of ``case``, or None where it keeps it.

    What the case started and the sandbox let live is ended here.
    """
    interpreter = python or next((path for path in INTERPRETERS if Path(path).exists()), INTERPRETERS[0])
    with tempfile.TemporaryDirectory(prefix="grader-", ignore_cleanup_errors=True) as made:
        folder = Path(made).resolve()
        folder.chmod(0o755)
        stand = Testbed(sandbox=sandbox, folder=folder, python=interpreter, binds=binds)
        try:
            why = case.check(stand)
        except GraderError as error:
            why = f"the sandbox failed: {error}"
        except Exception as error:  # noqa: BLE001 - somebody else's sandbox: whatever it raises is told
            why = f"{type(error).__name__}: {error}"
        finally:
            for number in stand.alive():
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(number, signal.SIGKILL)
    return None if why is None else Broken(case=case.name, why=why)
