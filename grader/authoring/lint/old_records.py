"""Whether the reference was calibrated, and as it and its spec stand now."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from grader.authoring.lint.bars import bars_of
from grader.authoring.lint.look import Installed, Look
from grader.coursefiles.find_submissions import read_single
from grader.files.plain_data import read_plain
from grader.model.flaw import Flaw
from grader.model.submission import Submission
from grader.orchestration.baseline import RECORD_SCHEMA, ReferenceRecord
from grader.words import say

_BLESSED = 0.95
_FEWEST = 5


def old_records(look: Look, installed: Installed) -> Iterator[Flaw]:
    """Yield that there is no record, that it is of something else, or that a bar moved past it."""
    assignment = look.assignment
    if assignment is None or assignment.reference is None or not assignment.data.given:
        return
    path = assignment.reference.parent / "record.json"
    where = f"reference_solutions/{look.slug}/record.json"
    if not path.is_file():
        yield _flaw(look, where, "record-missing")
        return
    try:
        record = read_plain(ReferenceRecord, json.loads(path.read_bytes()))
    except ValueError:
        yield _flaw(look, where, "record-unreadable")
        return
    if record.schema != RECORD_SCHEMA:
        yield _flaw(look, where, "record-unreadable")
        return
    if record.solution != _digest(look, assignment.reference):
        yield _flaw(look, where, "record-of-other-solution", solution=assignment.reference.name)
    elif record.run_version != assignment.run_version:
        yield _flaw(look, where, "record-of-other-spec")
    elif _other_data(look, record):
        yield _flaw(look, where, "record-of-other-data")
    else:
        yield from _bars_not_met(look, installed, record)


def _bars_not_met(look: Look, installed: Installed, record: ReferenceRecord) -> Iterator[Flaw]:
    """Yield the full bars of required checks that the recorded runs meet too seldom: somebody moved them."""
    if look.assignment is None:
        return
    values = {one.metric: one.values for one in record.metrics}
    firsts = {bar.check: bar for bar in reversed(bars_of(look.assignment, installed)) if bar.threshold}
    for bar in firsts.values():
        runs = values.get(bar.metric, ())
        met = sum(1 for value in runs if bar.threshold is not None and bar.threshold.met_by(value))
        if len(runs) >= _FEWEST and met < _BLESSED * len(runs):
            where = look.where("assignment.toml")
            message = say("lint.bar-not-met", check=bar.check, met=met, runs=len(runs), name=look.slug)
            yield Flaw(rule="bar-not-met", file=where, message=message, assignment=look.slug)


def _digest(look: Look, solution: Path) -> str | None:
    with tempfile.TemporaryDirectory(prefix="grader-lint-") as intake:
        read = read_single(solution, look.slug, student="reference", intake=Path(intake))
    return read.digest if isinstance(read, Submission) else None


def _other_data(look: Look, record: ReferenceRecord) -> bool:
    known = look.prepared is not None and look.prepared.labels_known
    return known and look.prepared is not None and record.data != look.prepared.measured_by


def _flaw(look: Look, where: str, rule: str, **fields: str) -> Flaw:
    message = say(f"lint.{rule}", file=where, name=look.slug, **fields)
    return Flaw(rule=rule, file=where, message=message, assignment=look.slug)
