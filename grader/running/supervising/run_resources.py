"""What a run holds of the machine while it lasts: ids, folders, descriptors, limits."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from grader.model.errors import SandboxError
from grader.words.catalogue import say
from grader.words.problems import problem_at


@contextmanager
def run_resources() -> Iterator[ExitStack]:
    """Hold what is entered until the run is over, and give it back however that came.

    Raises:
        SandboxError: the system refused something, so nothing is known about the program.
    """
    try:
        with ExitStack() as held:
            yield held
    except OSError as error:
        raise SandboxError(say("sandbox-not-started", reason=problem_at(error))) from error
