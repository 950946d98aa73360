"""``python -m grader.running.conformance NAME``: what the installed sandbox NAME does not hold."""

import sys

from grader.model.errors import GraderError
from grader.plugins.registry import SANDBOXES, load_plugins
from grader.running.conformance import CASES, check_case


def main(arguments: list[str]) -> int:
    """Run every case, one line each; return 1 when a promise is broken, 2 when there is no such sandbox."""
    try:
        sandbox = load_plugins(SANDBOXES)[arguments[0] if arguments else "bubblewrap"]
    except GraderError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    broken = 0
    for case in CASES:
        found = check_case(case, sandbox)
        broken += found is not None
        mark = "kept  " if found is None else "BROKEN"
        sys.stdout.write(f"{mark} {case.name}: {case.proves if found is None else found.why}\n")
        sys.stdout.flush()
    sys.stdout.write(f"{len(CASES) - broken} of {len(CASES)} promises kept by {sandbox.name}\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
