"""Which of a submission's programs is run: the one called after the assignment, or one that trains.

Of several tries of one program it is the newest.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from grader.coursefiles.file_names import OTHER_ARCHIVES, is_document, is_program
from grader.coursefiles.newest_try import folded, tries
from grader.coursefiles.notebooks import MOST_BYTES
from grader.coursefiles.other_languages import language_of_file
from grader.coursefiles.received import Received, remark
from grader.model.errors import SubmissionError
from grader.model.message import Message
from grader.model.submission import Finding, SubmittedFile
from grader.words import say

_TRAINS = re.compile(rb"\.fit\s*\(|GradientTape|\.train_on_batch\s*\(|minimize\s*\(")


def choose_main(
    files: Sequence[SubmittedFile], item: Received, findings: list[Finding], older: Sequence[str]
) -> SubmittedFile:
    """Return the program that is run; ``older`` names those of attempts that were left out.

    Raises:
        SubmissionError: there is no program; the message says what there is instead.
    """
    programs = [f for f in files if is_program(f.name)]
    if not programs:
        raise SubmissionError(_nothing_to_run(files, item, findings))
    if len(programs) == 1:
        _tell_older(older, programs[0], item, findings)
        return programs[0]
    read = tries((_stem(f) for f in programs), item.assignment)
    named = [f for f in programs if read[_stem(f)][0] == folded(item.assignment)]
    exact = [f for f in named if _stem(f) == item.assignment]
    training = [f for f in programs if is_training(f.path)]
    holding = [f for f in training if _holds(folded(_stem(f)), folded(item.assignment))]
    among = exact or named or holding or training or programs
    nearest = min(among, key=_nearest)
    same = [f for f in programs if read[_stem(f)][0] == read[_stem(nearest)][0]]
    # A file of nothing is an upload that failed.
    full = [f for f in same if f.size] or same
    counted = all(item.numbers.get(f.name) for f in full)
    ranks = {f.name: (item.numbers.get(f.name, 0) if counted else 0, read[_stem(f)][1]) for f in same}
    newest = max(ranks[f.name] for f in full)
    latest = [f for f in full if ranks[f.name] == newest]
    main = min(latest, key=lambda f: (_stem(f) != item.assignment, *_nearest(f)))
    superseded = [f.name for f in same if f is not main and ranks[f.name] != newest]
    _tell_older((*older, *superseded), main, item, findings)
    if superseded:
        return main
    if len(among) != 1:
        findings.append(
            remark(
                "several-programs",
                path=item.shown,
                count=len(programs),
                main=main.name,
                assignment=item.assignment,
            )
        )
    return main


def _tell_older(older: Sequence[str], main: SubmittedFile, item: Received, findings: list[Finding]) -> None:
    if older:
        others = ", ".join(sorted(older))
        findings.append(remark("newest-try-is-run", path=item.shown, main=main.name, others=others))


def _holds(stem: str, assignment: str) -> bool:
    """Return whether a name holds the assignment's as words of its own: ``lista1-digits-ana``."""
    return f"-{assignment}-" in f"-{stem}-"


def _nearest(file: SubmittedFile) -> tuple[int, bool, str]:
    return file.name.count("/"), not file.name.lower().endswith(".ipynb"), file.name


def _stem(file: SubmittedFile) -> str:
    return PurePosixPath(file.name).stem


def is_training(path: Path) -> bool:
    """Return whether the program in ``path`` looks as if it trained a model; no pipe or link is read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            return _TRAINS.search(stream.read(MOST_BYTES)) is not None
    except OSError:
        return False


def _nothing_to_run(files: Sequence[SubmittedFile], item: Received, findings: list[Finding]) -> Message:
    for file in files:
        if file.name.lower().endswith(OTHER_ARCHIVES):
            return say(
                "archive-type-not-accepted", name=file.name, suffix=PurePosixPath(file.name).suffix.lower()
            )
    others = ((f.name, language) for f in files if (language := language_of_file(f.name)))
    told = [say("hint.other_language", name=name, language=language) for name, language in others]
    told += [say("hint.document", name=f.name) for f in files if is_document(f.name)]
    told += [
        f.message
        for f in findings
        if f.message.key in ("not-a-regular-file", "zip-member-refused", "file-nested-too-deep")
    ]
    why = say("hint.because", reason=told[0]) if told else ""
    return say("nothing-to-run", path=item.shown, why=why)
