"""``python -m tests.fuzz [TARGET ...] [--seconds N | --runs N]``: fuzz, count, and keep what was found.

With ``--seconds`` a target goes on from the inputs of earlier runs, kept in ``.fuzz/``; with ``--runs`` it
starts from ``tests/fuzz/corpus`` alone, with the same seed, so that two runs try the same. An input that
breaks a promise is left in ``.fuzz/findings``: make it a unit test, mend the reader, add it to the corpus.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.targets import CORPUS, PLANTED, TARGETS, Target

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".fuzz"
_LONGEST_INPUT_SECONDS = 60  # of the clock: a machine with much else to do is no finding
_MOST_MEBIBYTES = 1024
_COUNTED = re.compile(r"^stat::number_of_executed_units: (\d+)", re.MULTILINE)
_NEW = re.compile(r"^stat::new_units_added:\s+(\d+)", re.MULTILINE)
_FOUND = re.compile(r"Test unit written to (\S+)")
_SHOWN_LINES = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Fuzzed:
    """What one run of one target did: how often it looked, and the input that broke a promise, if any."""

    executions: int
    new_inputs: int
    finding: Path | None
    log: str


def fuzz(name: str, *, until: str, inputs: Path, findings: Path, seed: int = 1) -> Fuzzed:
    """Run libFuzzer on the target ``name`` in a process of its own; ``until`` is its option for the end."""
    target = {**TARGETS, **PLANTED}[name]
    seeds = CORPUS / name
    inputs.mkdir(parents=True, exist_ok=True)
    findings.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", suffix=".dict") as words:
        words.write(_dictionary(target))
        words.flush()
        command = [
            *(sys.executable, "-m", "tests.fuzz.engine", name, until),
            *(f"-seed={seed}", f"-max_len={target.longest}", "-print_final_stats=1"),
            *([f"-dict={words.name}"] if target.words else []),
            *(f"-timeout={_LONGEST_INPUT_SECONDS}", f"-rss_limit_mb={_MOST_MEBIBYTES}"),
            *(f"-artifact_prefix={findings}/{name}-", str(inputs)),
            *([str(seeds)] if seeds.is_dir() else []),
        ]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    log = done.stdout + done.stderr
    counted, new, found = _COUNTED.search(log), _NEW.search(log), _FOUND.search(log)
    if counted is None or (done.returncode != 0 and found is None):
        raise RuntimeError(f"{name}: the fuzzer itself failed\n{log[-4000:]}")
    return Fuzzed(
        executions=int(counted[1]),
        new_inputs=int(new[1]) if new else 0,
        finding=Path(found[1]) if found else None,
        log=log,
    )


def _dictionary(target: Target) -> str:
    """Return the words of a format as libFuzzer reads them."""
    escaped = ("".join(f"\\x{byte:02x}" for byte in word) for word in target.words)
    return "".join(f'"{word}"\n' for word in escaped)


def main(arguments: Sequence[str]) -> int:
    """Fuzz the targets that were named, or all; return how many broke a promise."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    end = parser.add_mutually_exclusive_group()
    end.add_argument("--seconds", type=int, default=60)
    end.add_argument("--runs", type=int)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    if unknown := set(asked.targets) - set(TARGETS):
        parser.error(f"no such target: {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    until = f"-runs={asked.runs}" if asked.runs else f"-max_total_time={asked.seconds}"
    broken = 0
    for name in asked.targets or TARGETS:
        with ExitStack() as stack:
            fresh = stack.enter_context(tempfile.TemporaryDirectory()) if asked.runs else None
            inputs = Path(fresh) if fresh else KEPT / "inputs" / name
            begun = time.monotonic()
            done = fuzz(name, until=until, inputs=inputs, findings=KEPT / "findings", seed=asked.seed)
            seconds = time.monotonic() - begun
        broken += done.finding is not None
        _tell(name, done, seconds)
    return broken


def _tell(name: str, done: Fuzzed, seconds: float) -> None:
    rate = done.executions / max(seconds, 1)
    ending = f"FOUND {done.finding}" if done.finding else "nothing found"
    print(  # noqa: T201 - a program of its own
        f"{name:14} {done.executions:12,} executions in {seconds:6.0f} s ({rate:8,.0f}/s), "
        f"{done.new_inputs:5} new inputs, {ending}",
        flush=True,
    )
    if done.finding:
        at = done.log.find("=== Uncaught Python exception")
        lines = done.log[max(at, 0) :].splitlines() if at >= 0 else done.log.splitlines()[-_SHOWN_LINES:]
        print("\n".join(lines[:_SHOWN_LINES]), flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
