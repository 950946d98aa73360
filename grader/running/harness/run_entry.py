"""Entry point inside the sandbox: ``python /harness/run_entry.py /job/job.json``.

What is loaded before the submission's folder joins ``sys.path`` cannot be replaced by a file of the
submission. Our own modules live in the package ``grader_harness``, a name no submission uses, so that a
student's ``evidence.py`` or ``notebook.py`` stays the student's.
"""

import sys

# In a warm run libraries are there already: what was not is told by who began it.
STARTED_WITH = vars(sys).pop("grader_started_with", None) or frozenset(sys.modules)

from grader_harness.session import run_session  # noqa: E402 - the line above must see a bare interpreter

if __name__ == "__main__":
    sys.exit(run_session(sys.argv[1], started_with=STARTED_WITH))
