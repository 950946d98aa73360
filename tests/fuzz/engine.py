"""The process that fuzzes one target: only our modules are instrumented, libFuzzer never returns.

Started by ``python -m tests.fuzz``; what stands on its command line is the target's name and libFuzzer's own.
"""

import resource
import sys

import atheris

_MOST_MEMORY = 3 * 2**30  # of addresses: an allocation from a header's claim ends as a MemoryError


def main() -> None:
    """Fuzz until the runs or the seconds are over, or a promise is broken."""
    name, *options = sys.argv[1:]
    with atheris.instrument_imports(include=["grader"]):
        from tests.fuzz.targets import PLANTED, TARGETS  # noqa: PLC0415 - what is imported here is instrumented
    target = {**TARGETS, **PLANTED}[name]
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))

    def mutated(content: bytes, most: int, seed: int) -> bytes:
        changed = bytes(atheris.Mutate(content, most))
        return target.mend(changed)[:most] if target.mend and seed % 2 else changed

    hooks = {"custom_mutator": mutated} if target.mend else {}
    atheris.Setup([sys.argv[0], *options], target.look, **hooks)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
