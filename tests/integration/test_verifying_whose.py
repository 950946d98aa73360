"""Whose a certificate is: the course's mark on it, edits, old certificates and lost keys."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.coursefiles.read_certificate import load_certificate
from grader.model.certificate import Answer, Bound, Certificate
from grader.reporting.verification import verification_json, verification_told
from grader.storage.course_key import NAME, key_of
from tests.integration.certifying import (
    Desk,
    seeded,
)
from tests.integration.played_class import Digits


@pytest.fixture
def desk(tmp_path: Path, digits: Digits) -> Desk:
    return Desk(tmp_path, *digits)


def changed(desk: Desk, **said: Any) -> Certificate:
    """The certificate with other words in it, as an editor leaves it; None takes a word out."""
    document = {**json.loads(desk.certificate.read_bytes()), **said}
    desk.certificate.write_text(
        json.dumps({name: told for name, told in document.items() if told is not None})
    )
    return load_certificate(desk.certificate)


def unmarked_runs(desk: Desk) -> None:
    """Make the kept runs those of a grader that did not mark certificates yet."""
    for path in (desk.folder / ".grader" / "runs").rglob("run.json"):
        record = json.loads(path.read_bytes())
        del record["extra"]["certified_bound"]
        path.write_text(json.dumps(record))


def test_a_certificate_as_the_course_made_it_proves_whose_it_is(desk: Desk) -> None:
    found = desk.verify(desk.grade(seeded), desk.sandbox(seeded))
    assert (found.answer, found.bound) == (Answer.SAME, Bound.PROVED)
    assert "The course's mark is right" in verification_told(found)[1].en


@pytest.mark.parametrize(
    "said",
    [
        {"student": "Mallory\x1b[2J<script>"},
        {"id": "mallory"},
        {"audits": {}},
        {"audits": {"pair": "clear"}},
        {"course": "Another course"},
        {"points": 10.0},
        {"a_key_of_the_future": 1},
    ],
)
def test_an_edited_certificate_is_another_without_a_run(desk: Desk, said: dict[str, Any]) -> None:
    desk.grade(seeded)
    sandbox = desk.sandbox(seeded)
    found = desk.verify(changed(desk, **said), sandbox)
    assert (found.answer, found.bound, found.now) == (Answer.DIFFERENT, Bound.BROKEN, None)
    assert sandbox.calls == []
    told = [line.en for line in verification_told(found)]
    assert told[1].startswith("The certificate was changed after it was made")
    assert told[-1].startswith("Nothing was run: ask for the certificate as the course gave it")


def test_a_certificate_laid_out_otherwise_is_the_same_one(desk: Desk) -> None:
    desk.grade(seeded)
    document = json.loads(desk.certificate.read_bytes())
    desk.certificate.write_text(json.dumps(dict(sorted(document.items())), indent=7))
    found = desk.verify(load_certificate(desk.certificate), desk.sandbox(seeded))
    assert (found.answer, found.bound) == (Answer.SAME, Bound.PROVED)


def test_a_mark_that_was_taken_off_or_made_elsewhere_is_missed_where_the_runs_are_kept(
    desk: Desk, tmp_path: Path
) -> None:
    desk.grade(seeded)
    (tmp_path / "home").mkdir()
    own = key_of(tmp_path / "home")
    stripped = changed(desk, binding=None, student="mallory")
    forged = replace(stripped, binding=own.bind("0" * 64))
    for certificate in (stripped, forged):
        found = desk.verify(certificate, desk.sandbox(seeded))
        assert (found.answer, found.now) == (Answer.DIFFERENT, None)
        assert "lacks the mark of this course" in verification_told(found)[1].en


def test_an_old_certificate_is_read_and_told_as_unbound(desk: Desk) -> None:
    desk.grade(seeded)
    unmarked_runs(desk)
    old = changed(desk, binding=None)
    found = desk.verify(old, desk.sandbox(seeded))
    assert (found.answer, found.bound) == (Answer.SAME, Bound.UNBOUND)
    told = [line.en for line in verification_told(found)]
    assert told[0].startswith("SAME, BUT NOT PROVED WHOSE: ana")
    assert told[1].startswith("Not proved: the certificate has no course's mark")
    another = desk.verify(replace(old, student="Mallory"), desk.sandbox(seeded))
    assert [one.what for one in another.differences] == ["student"]
    assert another.answer is Answer.DIFFERENT


@pytest.mark.parametrize(("key", "bound"), [("gone", Bound.NO_KEY), ("another", Bound.OTHER_KEY)])
def test_without_its_key_a_certificate_says_what_was_not_proved(desk: Desk, key: str, bound: Bound) -> None:
    certificate = desk.grade(seeded)
    unmarked_runs(desk)
    (desk.folder / ".grader" / NAME).unlink()
    if key == "another":
        key_of(desk.folder / ".grader")
    found = desk.verify(certificate, desk.sandbox(seeded))
    assert (found.answer, found.bound) == (Answer.SAME, bound)
    assert verification_told(found)[1].en.startswith("Not proved")
    assert json.loads(verification_json(found))["bound"] == bound.value
