"""``python -m grader`` and the ``grader`` command."""

import sys


def main() -> None:
    """Run the command line and exit with its status."""
    from grader.cli.main import run

    sys.exit(run())


if __name__ == "__main__":
    main()
